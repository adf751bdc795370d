// Written by deploy/designer_types.py from the OpenAPI document. Do not edit.

export type AccountShown = { key: string; party: string; party_name: string; term: string; term_name: string; window: string; currency: string; amount: string; count: number; posted: string; coefficients: Record<string, string> | null; closed_in: string | null; updated_at: string }

export type ActWords = { act: string; name: Words }

export type ActionShown = { key: string; label: string; summary: string; effect_class: string; input: Record<string, unknown>; output: Record<string, unknown> }

export type Acts = { items: ActWords[] }

export type AdjustmentBody = { party: string; other?: string; term: string; amount: string; currency?: string; reason: string; paper: string; order?: string }

export type AdjustmentShown = { id: string; party: string; party_name: string; other: string; other_name: Words; term: string; term_name: string; amount: string; currency: string; reason: string; paper: string; order: string; maker: string; made_at: string; state: "proposed" | "approved" | "rejected"; checker: string; answered_at: string | null }

export type Alive = { status: "ok" }

export type AnswerBody = { release: boolean; note?: string }

export type Answered = { demand: string; release: boolean }

export type AnyObject = Record<string, unknown>

export type ApproveBody = { answer?: string }

export type Asked = { id: string; kind?: "expression" | "condition" | "template"; value: JsonValue }

export type AskedChange = { of?: string; pointer: string; new?: JsonValue; reason: string }

export type BankBody = { holder: string; bank: string; number: string }

export type BaseRule = { from?: "paid" | "list" | "none"; plus?: Tick[]; minus?: Tick[]; fees?: ("platform_commission" | "payment_fee" | "creator_commission" | "leader_commission" | "agency_commission" | "compensation" | "freight_insurance" | "other")[]; cost?: boolean; refunds?: boolean }

export type BillColumn = { name: string; examples: string[]; words: string[] }

export type BillColumns = { rows: number; columns: BillColumn[] }

export type BillFigure = { order: string; fee: string; amount: string; day: string; ref: string }

export type BillPreview = { lines: number; figures: BillFigure[]; sums: Record<string, string>; problems: ProblemItem[] }

export type Block = { type: string; group: string; kind: string; label: string; summary: string; icon: string; help: string; ports: Labelled[]; ports_from: string | null; writes_from: string | null; config: Record<string, unknown>; errors: NodeError[]; effect_class: string; waits: boolean; has_body: boolean; version: number; output: Record<string, unknown> | null; output_varies: boolean; search: string[]; starts: string | null; connector: string | null; action: string | null }

export type Blocks = { minimum?: string | null; maximum?: string | null; guarantee?: Guarantee | null; coefficient?: Coefficient | null; kind?: "blocks"; by?: "amount" | "count"; size: string; amount: string }

export type BookedMonth = { orders: number }

export type BothNames = { zh: string; en: string }

export type BudgetBody = { name: string; limit: string; unit?: "money" | "pieces"; currency?: string; action?: "warn" | "freeze" | "ask"; warn_at?: string; releasers?: string[]; covers?: BudgetCovers | null }

export type BudgetCovers = { campaign?: string | null; party?: string | null; term?: string | null; period?: string | null; platform?: string | null; shop?: string | null }

export type BudgetNow = { key: string; name: string; unit: "money" | "pieces"; currency: string; used: string; limit: string; percent: number; is_near: boolean; waiting: number }

export type BudgetShown = { key: string; document: Record<string, unknown>; used: number; waiting: number; told: string[]; updated_at: string; revision: number }

export type CalendarBody = { name: string; document: Record<string, unknown> }

export type CalendarShown = { key: string; name: string; document: Record<string, unknown>; updated_at: string }

export type Calendars = { items: CalendarShown[]; standard: Record<string, unknown>; public_years: Record<string, number[]> }

export type Campaign = { key: string; name: string; starts: unknown; ends: unknown }

export type Cap = { limit: number; within: string }

export type Card = { format?: "jimu.rate_card/1"; key: string; name: string; currency?: string; zone?: string; rounding?: RoundingRule; terms: Term[]; campaigns?: Campaign[]; rules?: Rule[] }

export type CardDocument = Card

export type CardListed = { key: string; name: string; currency: string; revision: number; live_version: number | null; saved_by: string; updated_at: string; in_force: number | null; has_changes: boolean; terms: string[]; roles: string[] }

export type CardSchemas = { card: Record<string, unknown>; scope: Record<string, unknown>; language: Record<string, unknown> }

export type CardVersion = { number: number; effective_from: string | null; published_by: string; published_at: string; note: string }

export type CardVersionWithDocument = { number: number; effective_from: string | null; published_by: string; published_at: string; note: string; document: Record<string, unknown> }

export type CardWithDraft = { key: string; name: string; currency: string; revision: number; live_version: number | null; saved_by: string; updated_at: string; draft: Record<string, unknown> }

export type Case = { name: string; event: Record<string, unknown>; customer?: Record<string, unknown> | null; params?: Record<string, unknown>; now?: string | null; answers?: Record<string, unknown>; expect?: Record<string, unknown> }

export type Catalog = { locale: "zh" | "en"; groups: Group[]; nodes: Block[]; event_types: EventTypeShown[]; language: Record<string, unknown> }

export type Ceiling = { percent?: string | null; amount?: string | null; cut?: "last" | "proportional" }

export type Chain = { holds: boolean; broken_at: number | null; number: number; seal: string | null; unsealed: number }

export type Chained = { minimum?: string | null; maximum?: string | null; guarantee?: Guarantee | null; coefficient?: Coefficient | null; kind?: "chain"; levels: Level[]; ceiling?: Ceiling | null; level?: string | null }

export type ChangeShown = { kind: string; part: string; path: string; before?: unknown; after?: unknown; cosmetic: boolean; node?: string | null; message?: string | null; message_zh?: string | null; by?: string | null }

export type CheckBody = { schema: Record<string, unknown>; data: Record<string, unknown> }

export type Chosen = { parameters?: Record<string, unknown>; connections?: Record<string, string> }

export type Coefficient = { key?: string | null; value?: string | null; on?: "share" | "guarantee" | "all" }

export type CoefficientBody = { party: string | "*"; key: string; period: string; value: string; note?: string }

export type CoefficientShown = { party: string; party_name: string; key: string; period: string; value: string; confirmed_by: string; confirmed_at: string; note: string }

export type ComparedAmount = { today: string; yesterday: string; last_week: string }

export type ComparedHours = { today: number; yesterday: number; last_week: number; yesterday_whole: number; last_week_whole: number; hours: Hours }

export type Confirmation = { password: string }

export type ConflictShown = { path: string; kind: "changed" | "removed_here" | "removed_there" | "order" | "locked"; base: unknown; mine: unknown; theirs: unknown; chosen: "mine" | "theirs" | null; change: ChangeShown }

export type Connection = { key: string; connector: string; name: string; credentials: Record<string, unknown>; settings: Record<string, unknown>; sync_mode: "push" | "pull" | "both" | "none"; on_bad_record: "ignore" | "review" | "park"; rate: number | null; backup: string | null; status: "active" | "paused"; revision: number; hook: string | null; created_at: string; updated_at: string }

export type ConnectionFields = { name: string; settings?: Record<string, unknown>; sync_mode?: "push" | "pull" | "both" | "none"; on_bad_record?: "ignore" | "review" | "park"; rate?: number | null; backup?: string | null }

export type ConnectionNow = { key: string; name: string; connector: string; state: "ok" | "failing" | "open" | "paused" | "unused"; since: string | null; to_review: number }

export type Connections = { items: Connection[] }

export type Connector = { type: string; label: string; summary: string; group: string; platform: string; icon: string; help: string; credentials: Record<string, unknown>; settings: Record<string, unknown>; actions: ActionShown[]; events: EventBrought[]; receives: boolean; pulls: boolean }

export type Connectors = { items: Connector[] }

export type CredentialsBody = { credentials: Record<string, unknown>; settings?: Record<string, unknown> | null }

export type CustomerBrief = { id: string; name: string | null; phone: string | null; level: string | null }

export type CustomersFound = { items: CustomerBrief[] }

export type Day = { date: string; hours: string[][] }

export type Days = { items: Day[] }

export type DaysBody = { document: Record<string, unknown>; month: string }

export type Decision = { verdict: "delivered" | "failed" | "again"; output?: Record<string, unknown> | null; words: string }

export type Diff = { changes: ChangeShown[] }

export type DifferenceShown = { line: number; order: string; fee: string; result: "matched" | "differing" | "missing_ours" | "missing_theirs"; result_name: Words; ours: string; theirs: string; difference: string; reason: string | null; reason_name: Words | null; age: number; our_refs: string[]; their_refs: string[]; status: string; note: string; owner_user: string | null; resolved_at: string | null }

export type DisputeBody = { reason: string }

export type Due = { due: string; remarks: ProblemItem[] }

export type DueBody = { document: Record<string, unknown>; start: string; minutes: number }

export type EarningMoment = { when?: "paid" | "delivered" | "after_sales" | "platform_settled"; days?: number }

export type Edge = { id: string; from: string; port?: string; to: string }

export type EditLock = { until: string }

export type EffectShown = { key: string; run_id: string; step: string; status: string; connection: string; action: string; effect_class: string; args: Record<string, unknown>; attempts: number; made_at: string; ended_at: string | null; output?: unknown; error: Record<string, unknown> | null; decided_by: string | null }

export type Ended = { ended: number }

export type Enrolment = { secret: string; uri: string; ticket: string }

export type Entry = { id: number; at: string; who: string; act: string; target: string; detail: unknown; address: string | null; number: number | null; seal: string | null }

export type EntryShown = { key: string; account: string; kind: string; kind_name: Words; order: string; shop_name: string; line: string; from_account: string; to_account: string; from_name: Words; to_name: Words; term: string; term_name: string; amount: string; currency: string; state: string; state_name: Words; earned_in: string; posted_in: string; posted_at: string; sentences: Words[] }

export type EventBrought = { type: string; label: string }

export type EventDetail = { id: string; source: string; external_id: string; type: string; subject: string; time: string; received_at: string; owner: string; connection: string | null; data: Record<string, unknown>; chain: string[] | null; runs: RunShown[]; triggers: TriggerOfFlow[] }

export type EventShown = { id: string; source: string; external_id: string; type: string; subject: string; time: string; received_at: string; owner: string; connection: string | null }

export type EventTypeShown = { type: string; label: string; group: string; group_label: string; record: string | null; internal: boolean }

export type ExchangesShown = { since: string; hours: HourShown[]; delivered: number; failed: number; unknown: number; success: number | null; median_seconds: number | null; slow_seconds: number | null; oldest_waiting_at: string | null; faults: EffectShown[] }

export type Excluded = { line: string; term: string; exclusion: string }

export type Exclusion = { id: string; name: string; when: string | Record<string, unknown> }

export type ExcusedLine = { line: string; reason: string; by?: string | null; at?: string | null }

export type FirstCode = { ticket: string; code: string }

export type Flat = { minimum?: string | null; maximum?: string | null; guarantee?: Guarantee | null; coefficient?: Coefficient | null; kind?: "flat"; amount: string; due?: "always" | "once_used"; promise?: Promise | null }

export type Flow = { nodes?: Node[]; edges?: Edge[]; format?: "jimu.flow/1"; key: string; name: string; description?: string; params?: Record<string, unknown>; run_mode?: RunMode; cases?: Case[]; notes?: Note[] }

export type FlowLock = { id: string; pointer: string; of: string; owner: string; placed_by: string; placed_at: string; reason: string; until: string | null }

export type FlowLocks = { items: FlowLock[] }

export type FlowShown = { id: string; key: string; name: string; status: "draft" | "live" | "paused" | "archived"; revision: number; base_version: number | null; live_version: string | null; scene: string | null; params: Record<string, unknown> | null; owner_user: string | null; edited_by: string | null; edited_until: string | null; created_at: string; updated_at: string }

export type FlowToday = { flow: string; last_run: string | null; last_status: "queued" | "running" | "waiting" | "succeeded" | "failed" | "cancelled" | null; last_at: string | null; runs: number; failed: number }

export type FlowWithDraft = { id: string; key: string; name: string; status: "draft" | "live" | "paused" | "archived"; revision: number; base_version: number | null; live_version: string | null; scene: string | null; params: Record<string, unknown> | null; owner_user: string | null; edited_by: string | null; edited_until: string | null; created_at: string; updated_at: string; draft: Record<string, unknown> | null }

export type FormBody = { values: Record<string, unknown> }

export type FormShown = { flow: string; node: string; title: string; schema: Record<string, unknown> }

export type FreshPassword = { password: string }

export type GateCase = { name: string; passed: boolean | null }

export type GateShown = { rules: RulesBodyOutput; cases: GateCase[]; lines: number; taken: number; missing: string[]; money: Record<string, unknown> | null; problems: ProblemItem[] }

export type Given = { asked?: string; sample?: string; value?: unknown; error?: string; message?: string; lost?: boolean; later?: boolean; port?: string | Record<string, number>; after?: string | null; work?: string | null; never?: boolean; event?: Record<string, unknown> | null }

export type GivenCode = { code: string }

export type Graduated = { minimum?: string | null; maximum?: string | null; guarantee?: Guarantee | null; coefficient?: Coefficient | null; kind?: "graduated"; by?: "amount" | "count"; tiers: Tier[] }

export type Graph = { nodes?: Node[]; edges?: Edge[] }

export type Group = { key: string; label: string }

export type Guarantee = { amount: string; mode?: "max_of" | "base_plus" | "advance"; pro_rata?: boolean }

export type Handed = { party: string }

export type Health = { state: "ok" | "failing" | "open" | "paused" | "unused"; failures: number; open_until: string | null; last_ok_at: string | null; last_error_at: string | null; last_error: Record<string, unknown> | null; pulled_at: string | null; waiting: number }

export type Heat = { flow: string; version: number; since: string; until: string; complete: boolean; runs: Record<string, unknown>; coverage: Record<string, unknown>; steps: (Record<string, unknown>)[] }

export type HeldRole = { role: string; unit?: string | null }

export type Hit = { kind: "run" | "event" | "order" | "flow" | "connection" | "party" | "card" | "user"; id: string; title: string; about: string }

export type Hits = { items: Hit[] }

export type Home = { at: string; zone: string; is_new: boolean; events: ComparedHours | null; runs: ComparedHours | null; failed: ComparedHours | null; open: OpenNow | null; money: MoneyShown[] | null; connections: ConnectionNow[] | null; budgets: BudgetNow[] | null }

export type HourShown = { at: string; delivered: number; failed: number; unknown: number; waiting: number }

export type Hours = { today: number[]; yesterday: number[]; last_week: number[] }

export type HowMany = { changed: number }

export type Incident = { id: string; kind: string; ref: string; run_id: string | null; flow?: string | null; flow_id: string | null; code: string; message: Words; status: "open" | "resolved"; created_at: string; resolved_at: string | null; resolved_by: string | null; resolution: string | null }

export type InstallBody = { parameters?: Record<string, unknown>; connections?: Record<string, string>; publish?: boolean }

export type Installed = { flows: string[]; published: Record<string, Made> }

export type InstalledScene = { id: string; scene: string; version: number; params: Record<string, unknown>; connections: Record<string, string>; flows: string[]; installed_by: string | null; installed_at: string; upgraded_at: string | null; newest?: number | null }

export type InstalledScenes = { items: InstalledScene[] }

export type Job = { id: string; kind: string; status: "queued" | "running" | "succeeded" | "failed" | "cancelled"; done: number; total: number | null; said: Words | null; result?: unknown; error: Record<string, unknown> | null; cancel_asked_at: string | null; created_by: string | null; created_at: string; ended_at: string | null }

export type JsonValue = unknown

export type KeptRun = { run_id: string; side: "new" | "old"; event_source: string; event_id: string; event_type: string; subject: string; status: string; path: string; started_at: string; ended_at: string | null; error: Record<string, unknown> | null }

export type KeptTrace = { run: KeptRun; trace: Record<string, unknown> }

export type Key = { id: string; name: string; scopes: string[]; org_unit_id: string | null; created_by: string | null; created_at: string; until: string | null; used_at: string | null; revoked_at: string | null }

export type LabelBody = { zh: string; en: string }

export type Labelled = { id: string; label: string }

export type LayerShown = { layer: "base" | "channel" | "campaign"; op: "replace" | "add" | "multiply"; rule: string; rule_name: string; campaign: string | null; by: string | null; model: Record<string, unknown> | null; said: Words; is_replaced: boolean; locks: LockOn[] }

export type LayersShown = { card: string; name: string; version: number; at: string; currency: string; terms: TermShown[] }

export type LeftOut = { card: string; term: string; kind: string; name: string; lines: number }

export type Level = { key: string; percent: string; mode?: "on_top" | "carved_out" }

export type LikelyShown = { id: string; sku: string; name: string }

export type LockOn = { id: string; pointer: string; owner_role: string; reason: string; until: string | null }

export type LockShown = { id: string; scope: string; pointer: string; owner_role: string; reason: string; until: string | null; placed_by: string; placed_at: string }

export type Login = { login: string; password: string; code?: string | null; tenant?: string | null }

export type Made = { number: number; version_id: string; remarks: ProblemItem[] }

export type MadeKey = { key: Key; secret: string }

export type MadeUser = { user: User; password: string | null }

export type ManyAsked = { asked: string[]; refused: NotResumed[] }

export type ManyBody = { reason?: string; run_ids: string[] }

export type MappedShown = { id: string; sku: string; name: string; category: string | null; cost: string | null; currency: string | null; consumed_in_days: number | null; attributes: Record<string, unknown>; ids: PlatformIdShown[]; archived_at: string | null; revision: number; past: PastShown[] }

export type Mapping = { product_id: string; every_shop?: boolean }

export type Match = { variant?: string[]; product?: string[]; category?: string[]; shop?: string[]; customer_tag?: string[]; member_level?: string[]; service_type?: string[]; party?: string[]; party_kind?: string[]; party_level?: string[]; platform?: string[]; channel?: string[]; store?: string[] }

export type MatchBody = { event: Record<string, unknown>; which?: string }

export type Matched = { triggers: TriggerSaid[] }

export type Messages = { quiet?: Quiet | null; cap?: Cap | null }

export type MissingFactor = { party: string; party_name: string; window: string; key: string }

export type MoneyBody = { party: string; order?: string | null; keys?: string[]; reason: string }

export type MoneyShown = { currency: string; accrued: ComparedAmount; frozen: ComparedAmount }

export type Move = { parent_id: string }

export type NeededShown = { key: string; types: string[]; why: string; required: boolean }

export type NewCalendar = { name: string; document: Record<string, unknown>; key: string }

export type NewConnection = { name: string; settings?: Record<string, unknown>; sync_mode?: "push" | "pull" | "both" | "none"; on_bad_record?: "ignore" | "review" | "park"; rate?: number | null; backup?: string | null; key: string; connector: string; credentials?: Record<string, unknown> }

export type NewKey = { name: string; scopes: string[]; until?: string | null; org_unit_id?: string | null }

export type NewPassword = { old: string; new: string }

export type NewRole = { name: BothNames | string; acts: string[]; key: string }

export type NewStatement = { party: string; period: string; currency?: string }

export type NewType = { label: LabelBody; schema: Record<string, unknown>; type: string }

export type NewUnit = { kind: "head_office" | "region" | "store" | "department"; name: string; head_id?: string | null; external_id?: string | null; place?: Record<string, unknown> | null; area?: Record<string, unknown> | null; parent_id: string }

export type NewUser = { login: string; name: string; org_unit_id?: string | null; manager_id?: string | null; locale?: "zh" | "en"; roles?: HeldRole[]; password?: string | null }

export type Node = { id: string; type: string; version?: number; name?: string; note?: string; config?: Record<string, unknown>; position?: Position; body?: Graph | null; retry?: Retry | null; timeout?: string | null; handlers?: Record<string, unknown> }

export type NodeError = { code: string; label: string }

export type NotResumed = { run_id: string; message: string }

export type Note = { id: string; text: string; position?: Position; width?: number; height?: number }

export type NoteBody = { note?: string }

export type Notice = { id: number; title: string; body: string; link: string | null; run_id: string | null; at: string; read_at: string | null }

export type OfferShown = { kind: string; part: string; path: string; before?: unknown; after?: unknown; cosmetic: boolean; node?: string | null; message?: string | null; message_zh?: string | null; by?: string | null; taken: boolean }

export type OpenNow = { effects_waiting: number; effects_unknown: number; runs_stopped: number; others: number }

export type OpeningBalanceShown = { party: string; period: string; amount: string }

export type OpeningHold = { party: string; amount: string; due_on: string }

export type OpeningPreview = { is_sound: boolean; is_applied: boolean; totals: OpeningTotalShown[]; holds: OpeningHold[]; balances: OpeningBalanceShown[]; sums: Record<string, string>; problems: ProblemItem[] }

export type OpeningTotalShown = { party: string; term: string; window: string; amount: string; count: number; posted: string }

export type OwnSession = { is_this: boolean; created_at: string; seen_at: string; until: string; address: string | null; agent: string | null }

export type OwnSessions = { items: OwnSession[] }

export type Package = { minimum?: string | null; maximum?: string | null; guarantee?: Guarantee | null; coefficient?: Coefficient | null; kind?: "package"; by?: "amount" | "count"; size: string; amount: string; free?: string }

export type Page_AccountShown = { items: AccountShown[]; next: string | null }

export type Page_AdjustmentShown = { items: AdjustmentShown[]; next: string | null }

export type Page_BudgetShown = { items: BudgetShown[]; next: string | null }

export type Page_CardListed = { items: CardListed[]; next: string | null }

export type Page_CardVersion = { items: CardVersion[]; next: string | null }

export type Page_CoefficientShown = { items: CoefficientShown[]; next: string | null }

export type Page_DifferenceShown = { items: DifferenceShown[]; next: string | null }

export type Page_Entry = { items: Entry[]; next: string | null }

export type Page_EntryShown = { items: EntryShown[]; next: string | null }

export type Page_EventShown = { items: EventShown[]; next: string | null }

export type Page_FlowShown = { items: FlowShown[]; next: string | null }

export type Page_FlowToday = { items: FlowToday[]; next: string | null }

export type Page_Incident = { items: Incident[]; next: string | null }

export type Page_Job = { items: Job[]; next: string | null }

export type Page_KeptRun = { items: KeptRun[]; next: string | null }

export type Page_Key = { items: Key[]; next: string | null }

export type Page_LockShown = { items: LockShown[]; next: string | null }

export type Page_Notice = { items: Notice[]; next: string | null }

export type Page_PartyShown = { items: PartyShown[]; next: string | null }

export type Page_PeriodShown = { items: PeriodShown[]; next: string | null }

export type Page_ProductShown = { items: ProductShown[]; next: string | null }

export type Page_ReconciliationShown = { items: ReconciliationShown[]; next: string | null }

export type Page_RepricedLine = { items: RepricedLine[]; next: string | null }

export type Page_RequestShown = { items: RequestShown[]; next: string | null }

export type Page_ReviewRecord = { items: ReviewRecord[]; next: string | null }

export type Page_Role = { items: Role[]; next: string | null }

export type Page_RunShown = { items: RunShown[]; next: string | null }

export type Page_SimulationBrief = { items: SimulationBrief[]; next: string | null }

export type Page_StatementShown = { items: StatementShown[]; next: string | null }

export type Page_Task = { items: Task[]; next: string | null }

export type Page_Unit = { items: Unit[]; next: string | null }

export type Page_UnmappedShown = { items: UnmappedShown[]; next: string | null }

export type Page_User = { items: User[]; next: string | null }

export type Page_WaitingShown = { items: WaitingShown[]; next: string | null }

export type PaidBody = { note: string }

export type ParamsBody = { params: Record<string, unknown> }

export type PartyBody = { kind: "creator" | "agency" | "leader" | "dealer" | "franchisee" | "distributor" | "provider" | "employee" | "shop" | "store" | "platform" | "other"; name: string; parent_id?: string | null; org_unit_id?: string | null; contract_entity?: string | null; contract_from_on?: string | null; contract_until_on?: string | null; tax_status?: string | null; level?: string | null; settlement_period?: "order" | "week" | "half_month" | "month" | "quarter" | null; credit_days?: number | null; fields?: Record<string, unknown> }

export type PartyShown = { id: string; kind: string; name: string; parent_id: string | null; org_unit_id: string | null; user_id: string | null; contract_entity: string | null; contract_from_on: string | null; contract_until_on: string | null; tax_status: string | null; level: string | null; settlement_period: string | null; credit_days: number | null; fields: Record<string, unknown>; has_bank: boolean; bank_changed_at: string | null; waits_for_bank: boolean; bank_is_own: boolean; created_at: string; revision: number }

export type PartySum = { party: string; party_name: string; amount: string; currency: string; entries: number }

export type PastShown = { card: string; lines: number; since: string; until: string }

export type PerUnit = { minimum?: string | null; maximum?: string | null; guarantee?: Guarantee | null; coefficient?: Coefficient | null; kind?: "per_unit"; amount: string }

export type Percentage = { minimum?: string | null; maximum?: string | null; guarantee?: Guarantee | null; coefficient?: Coefficient | null; kind?: "percentage"; percent: string; free_amount?: string; fee?: string; free_count?: string }

export type PeriodDetail = { key: string; status: "open" | "closing" | "locked"; closing_at: string | null; locked_at: string | null; closed_by: string | null; job_id?: string | null; faults?: (Record<string, unknown>)[]; first_on: string; last_on: string; is_over: boolean; windows: string[]; accounts: number; true_ups: number; missing: MissingFactor[]; sums: StateSum[]; parties: number; largest: PartySum[]; statements: Record<string, number> }

export type PeriodShown = { key: string; status: "open" | "closing" | "locked"; closing_at: string | null; locked_at: string | null; closed_by: string | null; job_id?: string | null; faults?: (Record<string, unknown>)[] }

export type Person = { id?: string | null; name?: string | null; level?: string | null; tags?: string[]; owner_user?: string | null; consent?: Record<string, boolean>; identities?: Record<string, string>; fields?: Record<string, unknown>; created_at?: string | null }

export type PlatformAccount = { platform: string; external_id: string }

export type PlatformAccounts = { accounts: PlatformAccount[] }

export type PlatformId = { platform: string; shop?: string | null; external_id: string }

export type PlatformIdShown = { platform: string; shop: string | null; external_id: string }

export type Position = { x?: number; y?: number }

export type PostingJobs = { job_ids: string[] }

export type Preview = { flows: Previewed[] }

export type PreviewBody = { document: Flow; node: string; sample: Record<string, JsonValue>; now?: string | null; items: Asked[] }

export type PreviewItem = { said: string; kind: string | null; cut: boolean; holds: boolean | null; problem: PreviewProblem | null; id: string; rows: PreviewRow[] }

export type PreviewProblem = { path: string; message: string; message_zh: string; code: string; at: number | null }

export type PreviewRow = { said: string; kind: string | null; cut: boolean; holds: boolean | null; problem: PreviewProblem | null; path: string }

export type Previewed = { document: Record<string, unknown>; problems: ProblemItem[] }

export type Previews = { items: PreviewItem[] }

export type ProblemDocument = { type: string; title: string; status: number; detail: string; code: string; problems?: ProblemItem[]; instance: string }

export type ProblemItem = { path: string; message: string; message_zh: string; code: string; level: string; node?: string | null }

export type ProductBody = { sku: string; name: string; category?: string | null; cost?: string | null; currency?: string | null; consumed_in_days?: number | null; attributes?: Record<string, unknown>; ids?: PlatformId[] }

export type ProductShown = { id: string; sku: string; name: string; category: string | null; cost: string | null; currency: string | null; consumed_in_days: number | null; attributes: Record<string, unknown>; ids: PlatformIdShown[]; archived_at: string | null; revision: number }

export type Promise = { by?: "amount" | "count"; target: string }

export type PublishBody = { note?: string }

export type PublishCardBody = { effective_from?: string | null; note?: string }

export type PublishedCard = { number: number; version_id: string; remarks: ProblemItem[] }

export type Quiet = { from: string; until: string }

export type QuoteBody = { card?: string | null; document?: CardDocument | null; version?: number | null; order?: Record<string, unknown> | null; number?: string | null; parties?: Record<string, string | Record<string, unknown>> | null; customer?: Record<string, unknown> | null; with_totals?: boolean; rule?: string | null; amount?: string | null; count?: number; before_amount?: string; before_count?: number }

export type QuoteLine = { line: string; term: string; kind: string; party: string; other: string; direction: "pay" | "charge"; amount: string; currency: string; base: string; count: number; account: string; rule: string; layers: Words; sentences: Words[] }

export type QuoteShown = { amount: string | null; sentences: Words[]; lines: QuoteLine[]; unpriced: Unpriced[]; excluded: Excluded[]; totals: QuoteTotal[] }

export type QuoteTotal = { party: string; amount: string }

export type ReadBody = { ids: number[] }

export type Ready = { status: "ok" | "degraded" | "unavailable"; database: boolean; schema_is_newest: boolean; redis: boolean; oldest_work_seconds: number | null }

export type Receipts = { events: ReceivedEvent[] }

export type Received = { event: ReceivedEvent }

export type ReceivedEvent = { id: string; source: string; external_id: string; is_new: boolean }

export type RecomputeBody = { period: string }

export type ReconciliationShown = { id: string; platform: string; period: string; currency: string; tolerance: string; ours: string; theirs: string; difference: string; counts: Record<string, number>; problems: ProblemItem[]; made_by: string; made_at: string }

export type RecordBody = { mapping: Record<string, unknown>; body: unknown }

export type RecoveryCodes = { recovery_codes: string[] }

export type RefusedShown = { line: number; column: string; reason: Words }

export type RejectBody = { answer: string }

export type ReplayShown = { same: boolean; signals: number; at: number | null; signal: string | null; old?: unknown; new?: unknown }

export type Replayed = { event: ReceivedEvent }

export type ReportLine = { key: string; name: string; orders: number; base: string; amount: string; currency: string; rate: string | null }

export type ReportShown = { by: "channel" | "shop" | "platform" | "party" | "tier" | "campaign" | "service" | "category"; since: string; until: string; rows: ReportLine[]; left_out: LeftOut[] }

export type RepricedLine = { order: string; line: string; paid_at: string; base: string; amount: string; sentences: Words[] }

export type RequestBody = { scope: string; pointer: string; new?: JsonValue; removes?: boolean; reason: string }

export type RequestShown = { id: string; scope: string; pointer: string; old?: unknown; new?: unknown; had_old: boolean; removes: boolean; owner_role: string; maker: string; reason: string; made_at: string; state: "proposed" | "approved" | "rejected" | "withdrawn" | "applied"; checker: string; answer: string; answered_at: string | null }

export type ResolveBody = { words: string }

export type ResolveDifference = { how: "accepted" | "claimed" | "carried"; note: string }

export type Retry = { attempts?: number; first?: string; factor?: number; max?: string }

export type RetryBody = { reason?: string; step: string }

export type ReviewRecord = { id: string; connection: string; record: unknown; reason: unknown; status: "open" | "parked" | "done"; received_at: string }

export type Role = { key: string; name: Words | string; acts: string[]; is_built_in: boolean; revision: number }

export type RoleFields = { name: BothNames | string; acts: string[] }

export type Roles = { roles: HeldRole[] }

export type RoundingRule = { mode?: "half_up" | "down" | "half_even"; grain?: "line" | "order" | "period" }

export type Rule = { id: string; name: string; term: string; layer?: "base" | "channel" | "campaign"; campaign?: string | null; match?: Match; when?: string | Record<string, unknown> | null; op?: "replace" | "add" | "multiply"; model?: Percentage | Flat | PerUnit | Package | Graduated | Volume | Blocks | Chained | null; by?: string | null; starts?: unknown | null; ends?: unknown | null; priority?: number }

export type RulesBody = { cases?: boolean; coverage?: number; excused?: ExcusedLine[]; money_limit?: number | string | null }

export type RulesBodyOutput = { cases?: boolean; coverage?: number; excused?: ExcusedLine[]; money_limit?: string | null }

export type RulesShown = { cases?: boolean; coverage?: number; excused?: ExcusedLine[]; money_limit?: string | null; revision: number }

export type RunAsked = { run_id: string; asked: "cancel" | "resume" | "retry_from" }

export type RunDetail = { run: RunShown; flow_name: string; version: number; trace: Record<string, unknown> }

export type RunMode = { mode?: "single" | "restart" | "queued" | "parallel"; limit?: number; key?: string; reentry?: "always" | "once" | "once_per"; period?: string | null }

export type RunShown = { id: string; flow: string | null; flow_id: string; version_id: string; event_id: string; owner: string; trigger: string; status: "queued" | "running" | "waiting" | "succeeded" | "failed" | "cancelled"; started_at: string; updated_at: string; ended_at: string | null; output?: unknown; error?: Record<string, unknown> | null }

export type SampleEvent = { type: string; data: Record<string, unknown> }

export type SavedCard = { revision: number }

export type SavedDraft = { revision: number }

export type SceneDetail = { key: string; version: number; name: string; industry: string; summary: string; connections: NeededShown[]; flows: string[]; parameters: Record<string, unknown>; event_types: string[]; help: string }

export type SceneShown = { key: string; version: number; name: string; industry: string; summary: string; connections: NeededShown[]; flows: string[] }

export type Scenes = { items: SceneShown[] }

export type SchemaEntry = { name: string; kind: string; title: string }

export type SchemaList = { items: SchemaEntry[] }

export type Scope = { schema: Record<string, unknown> }

export type ScopeBody = { document: Flow; node: string }

export type Self = { name: string; locale: "zh" | "en"; zone?: string | null }

export type Session = { user: SessionUser; acts: string[]; csrf: string; has_second_factor: boolean; second_factor_until: string | null; must_change_password: boolean }

export type SessionUser = { id: string; tenant: string; name: string; locale: "zh" | "en" }

export type SetAside = { note: string }

export type SettingsBody = { name: string; zone?: string; currency?: string; messages?: Messages }

export type SettingsShown = { name: string; zone: string; currency: string; messages: Record<string, unknown> }

export type Shadow = { id: string; flow_key: string; status: string; since: string; next_at: string; until: string | null; started_by: string | null; created_at: string }

export type ShadowBody = { answers?: Record<string, Given | Given[]>; params?: Record<string, unknown> | null; calendar?: string | null; until?: string | null }

export type ShadowDay = { id: string; flow_key: string; which: string; against: string | null; kind: string; status: "queued" | "running" | "succeeded" | "failed" | "cancelled"; revision: number | null; job_id: string | null; created_by: string | null; created_at: string; ended_at: string | null; since: string | null; until: string | null; pairs: number | null; different: number | null; difference: string | null }

export type ShadowFound = { shadow: Shadow; comparisons: ShadowDay[] }

export type Share = { key: string; kind?: "weight" | "fixed" | "percent" | "remaining"; value?: string | null; cap?: string | null }

export type ShownRole = { role: string; unit: string | null }

export type Simulation = { id: string; flow_key: string; which: string; against: string | null; kind: string; status: "queued" | "running" | "succeeded" | "failed" | "cancelled"; revision: number | null; job_id: string | null; created_by: string | null; created_at: string; ended_at: string | null; setup: Record<string, unknown>; done?: number; total?: number | null; said?: string | null; report?: Record<string, unknown> | null; error?: Record<string, unknown> | null }

export type SimulationBody = { flow: string; which?: string; document?: Record<string, unknown> | null; against?: string | null; events?: (Record<string, unknown>)[] | null; starts?: Start[] | null; cases?: string[] | null; window?: Window | null; start?: string | null; until?: string | null; before?: (Record<string, unknown>)[]; customers?: Person[]; answers?: Record<string, Given | Given[]>; params?: Record<string, unknown> | null; others?: "called" | "all"; calendar?: string | null; keep?: number }

export type SimulationBrief = { id: string; flow_key: string; which: string; against: string | null; kind: string; status: "queued" | "running" | "succeeded" | "failed" | "cancelled"; revision: number | null; job_id: string | null; created_by: string | null; created_at: string; ended_at: string | null }

export type SimulationStarted = { id: string; job_id: string }

export type Source = { role?: string | null; party?: string | null; expression?: string | null }

export type SplitBody = { amount: string; currency?: string; plan: SplitPlan }

export type SplitPartShown = { key: string; amount: string; sentence: Words }

export type SplitPlan = { shares: Share[]; remainder?: string }

export type SplitShown = { amount: string; currency: string; parts: SplitPartShown[] }

export type Start = { node?: string; inputs?: Record<string, unknown> | null; at?: string | null; customer?: string | null }

export type StartBody = { values?: Record<string, unknown>; customer?: string | null }

export type Started = { event: ReceivedEvent }

export type StartedJob = { job_id: string }

export type StateSum = { state: string; state_name: Words; amount: string; currency: string; entries: number }

export type StatementShown = { id: string; number: string | null; party: string; party_name: string; currency: string; period: string; state: "draft" | "released" | "confirmed" | "disputed" | "paid"; opening: string; sums: StatementSum[]; corrections: StatementSum[]; held: string; released: string; net: string; payable: string; carried: string; frozen: string; entries: number; maker: string; made_at: string; released_by: string | null; released_at: string | null; answered_by: string | null; answered_at: string | null; answer: string | null; paid_by: string | null; paid_at: string | null }

export type StatementSum = { term: string; name: string; amount: string; entries: number }

export type TakenShown = { id: string; type: string; subject: string; time: string; data: Record<string, unknown> }

export type Task = { id: string; kind: string; title: string; run_id: string; form: Record<string, unknown> | null; ports: string[]; details: Record<string, unknown>; status: string; opened_at: string; due_at: string | null; closed_at: string | null; closed_by: string | null; answer: Record<string, unknown> | null }

export type TaskAnswer = { port: string; values?: Record<string, unknown>; comment?: string }

export type Term = { key: string; name: string; party: Source; direction?: "pay" | "charge"; bearer?: Source; applies?: string | Record<string, unknown> | null; exclusions?: Exclusion[]; base?: BaseRule; counts?: "orders" | "lines" | "pieces"; totals?: "party" | "parent" | "qualify_parent"; window?: "order" | "day" | "week" | "half_month" | "month" | "quarter" | "year" | "campaign"; moment?: EarningMoment; rate_on?: "created" | "paid" | "earned"; period?: "order" | "week" | "half_month" | "month" | "quarter"; rounding?: RoundingRule | null; split?: SplitPlan | null }

export type TermShown = { term: string; name: string; direction: "pay" | "charge"; is_about: boolean; exclusion: string | null; layers: LayerShown[]; result: Words[]; problem: ProblemItem | null; locks: LockOn[] }

export type Tested = { message: string; words: Words }

export type Tick = { type: "shop_coupon" | "platform_coupon" | "platform_subsidy" | "creator_coupon" | "points" | "full_reduction" | "gift_money" | "member_discount" | "price_change" | "freight" | "deposit" | "balance" | "other"; bearer?: ("shop" | "platform" | "promoter" | "agency" | "brand" | "supplier" | "buyer")[] }

export type Tier = { from: string; reach?: "at" | "over"; to?: string | null; percent?: string | null; amount_per_unit?: string | null; flat?: string | null }

export type TrialShown = { columns: string[]; rows: string[][]; suggested: Record<string, unknown> | null; taken: TakenShown[]; refused: RefusedShown[] }

export type TriggerOfFlow = { flow: string | null; node: string; fires: boolean; code: string; reason: string; values: Record<string, unknown> }

export type TriggerSaid = { node: string; fires: boolean; code: string; reason: string; values: Record<string, unknown> }

export type TypeBody = { label: LabelBody; schema: Record<string, unknown> }

export type TypeShown = { type: string; label: Words; schema: Record<string, unknown>; scene: string | null; revision: number; updated_at: string }

export type Types = { items: TypeShown[] }

export type Unit = { id: string; parent_id: string | null; path: string; kind: "head_office" | "region" | "store" | "department"; name: string; head_id: string | null; external_id: string | null; place: Record<string, unknown> | null; area: Record<string, unknown> | null; revision: number; created_at: string }

export type UnitFields = { kind: "head_office" | "region" | "store" | "department"; name: string; head_id?: string | null; external_id?: string | null; place?: Record<string, unknown> | null; area?: Record<string, unknown> | null }

export type UnmappedShown = { id: string; platform: string; shop: string | null; code: string; outer_id: string | null; sku: string | null; external_id: string | null; name: string; category: string | null; order: string; seen_at: string; state: "open" | "set_aside"; note: string | null; likely: LikelyShown[] }

export type Unpriced = { line: string; term: string; problem: ProblemItem }

export type UpgradeBody = { parameters?: Record<string, unknown>; connections?: Record<string, string>; choices?: Record<string, unknown>; revisions?: Record<string, unknown> }

export type UpgradeChosen = { parameters?: Record<string, unknown>; connections?: Record<string, string>; choices?: Record<string, unknown> }

export type UpgradeShown = { scene: string; version_from: number; version_to: number; is_clear: boolean; flows: UpgradedFlowShown[] }

export type UpgradedFlowShown = { key: string; did: "merged" | "added" | "gone"; revision: number | null; mine: Record<string, unknown> | null; document: Record<string, unknown>; taken: string[]; offers: OfferShown[]; conflicts: ConflictShown[]; changes: ChangeShown[]; problems: ProblemItem[] }

export type UseShown = { flow: string; flow_name: string; node: string; step: string; in_draft: boolean; is_live: boolean }

export type User = { id: string; login: string; name: string; org_unit_id: string | null; manager_id: string | null; locale: "zh" | "en"; zone: string | null; status: "active" | "disabled"; roles: ShownRole[]; has_second_factor: boolean; must_change_password: boolean; revision: number; created_at: string; last_login_at: string | null }

export type UserBody = { user_id: string | null }

export type UserFields = { name: string; org_unit_id: string | null; manager_id: string | null; locale: "zh" | "en"; status: "active" | "disabled" }

export type Uses = { items: UseShown[] }

export type VersionShown = { id: string; number: number; note: string; params: Record<string, unknown>; published_by: string | null; published_at: string; rolled_back_from: number | null; sub_flows: Record<string, string> }

export type Versions = { items: VersionShown[] }

export type Volume = { minimum?: string | null; maximum?: string | null; guarantee?: Guarantee | null; coefficient?: Coefficient | null; kind?: "volume"; by?: "amount" | "count" | "qualifying"; tiers: Tier[]; allow_fall?: boolean }

export type WaitingShown = { key: string; amount: string; party: string | null; party_name: string | null; asked_by: string; since: string }

export type WhatIfBody = { document: CardDocument; period: string }

export type WhatIfRow = { party: string; term: string; was: string; would: string; difference: string; currency: string }

export type WhatIfShown = { rows: WhatIfRow[] }

export type WhyBody = { reason?: string }

export type Window = { since: string; until: string; types?: string[] | null; most?: number }

export type Words = { zh: string; en: string }

export type api__event_types__Checked = { problems: ProblemItem[] }

export type api__flow_exchange__LockBody = { take_over?: boolean }

export type api__flows__Checked = { ok: boolean; problems: ProblemItem[] }

export type api__locks__LockBody = { scope: string; pointer: string; owner_role: string; reason: string; until?: string | null }

export type api__review__ReplayBody = { event: Record<string, unknown> }

export type api__settlement_shapes__Checked = { ok: boolean; problems: ProblemItem[] }

export type api__trials__ReplayBody = { which?: string }

export interface Calls {
  list_acts: { answer: Acts }
  list_audit: { query?: { limit?: number; cursor?: string; target?: string; who?: string; act?: string }; answer: Page_Entry }
  verify_audit: { answer: Chain }
  sign_in: { body: Login; answer: Session }
  give_second_factor: { body: GivenCode; answer: undefined }
  read_session: { answer: Session }
  sign_out: { answer: undefined }
  list_calendars: { answer: Calendars }
  create_calendar: { body: NewCalendar; answer: CalendarShown }
  list_calendar_days: { body: DaysBody; answer: Days }
  read_due: { body: DueBody; answer: Due }
  read_calendar: { path: { key: string }; answer: CalendarShown }
  update_calendar: { path: { key: string }; body: CalendarBody; match: string | number; answer: CalendarShown }
  delete_calendar: { path: { key: string }; answer: undefined }
  list_calendar_uses: { path: { key: string }; answer: Uses }
  read_catalog: { query?: { locale?: "zh" | "en" }; answer: Catalog }
  list_connections: { answer: Connections }
  create_connection: { body: NewConnection; answer: Connection }
  read_one_connection: { path: { key: string }; answer: Connection }
  update_connection: { path: { key: string }; body: ConnectionFields; match: string | number; answer: Connection }
  remove_connection: { path: { key: string }; match: string | number; answer: undefined }
  update_credentials: { path: { key: string }; body: CredentialsBody; match: string | number; answer: Connection }
  read_exchanges: { path: { key: string }; answer: ExchangesShown }
  export_orders: { path: { key: string }; query?: { platform?: string }; answer: string }
  read_health: { path: { key: string }; answer: Health }
  import_orders: { path: { key: string }; body: FormData | Blob; answer: StartedJob }
  pause_connection: { path: { key: string }; match: string | number; answer: Connection }
  resume_connection: { path: { key: string }; match: string | number; answer: Connection }
  list_review: { path: { key: string }; query?: { limit?: number; cursor?: string; status?: "open" | "parked" | "done" }; answer: Page_ReviewRecord }
  close_review: { path: { key: string; record_id: string }; answer: undefined }
  replay_review: { path: { key: string; record_id: string }; body: api__review__ReplayBody; answer: Replayed }
  try_connection: { path: { key: string }; answer: Tested }
  list_connectors: { answer: Connectors }
  read_connector: { path: { type: string }; answer: Connector }
  read_effect: { path: { key: string }; answer: EffectShown }
  decide_effect: { path: { key: string }; body: Decision; answer: EffectShown }
  list_event_types: { answer: Types }
  add_event_type: { body: NewType; answer: TypeShown }
  check_event_data: { body: CheckBody; answer: api__event_types__Checked }
  read_event_type: { path: { type: string }; answer: TypeShown }
  change_event_type: { path: { type: string }; body: TypeBody; match: string | number; answer: TypeShown }
  delete_event_type: { path: { type: string }; match: string | number; answer: undefined }
  list_event_type_uses: { path: { type: string }; answer: Uses }
  list_events: { query?: { limit?: number; cursor?: string; type?: string; owner?: string; subject?: string }; answer: Page_EventShown }
  send_events: { body: { specversion?: "1.0"; id: string; source: string; type: string; subject?: string; time?: string; datacontenttype?: string; data: Record<string, unknown> } | ({ specversion?: "1.0"; id: string; source: string; type: string; subject?: string; time?: string; datacontenttype?: string; data: Record<string, unknown> })[]; answer: Receipts }
  read_one_event: { path: { event_id: string }; answer: EventDetail }
  preview_expressions: { body: PreviewBody; answer: Previews }
  list_flow_figures: { query?: { limit?: number; cursor?: string; status?: "draft" | "live" | "paused" | "archived" }; answer: Page_FlowToday }
  list_flows: { query?: { limit?: number; cursor?: string; status?: "draft" | "live" | "paused" | "archived" }; answer: Page_FlowShown }
  create_flow: { body: Flow; answer: FlowWithDraft }
  import_flow: { body: Flow; answer: FlowWithDraft }
  validate_document: { body: Flow; answer: api__flows__Checked }
  read_flow: { path: { key: string }; answer: FlowWithDraft }
  archive_flow: { path: { key: string }; answer: undefined }
  propose_flow_change: { path: { key: string }; body: AskedChange; answer: RequestShown }
  diff_versions: { path: { key: string }; query?: { from?: string; to?: string }; answer: Diff }
  save_draft: { path: { key: string }; body: Flow; match: string | number; answer: SavedDraft }
  export_flow: { path: { key: string }; answer: AnyObject }
  read_publish_gate: { path: { key: string }; answer: GateShown }
  read_flow_heat: { path: { key: string }; query?: { since?: string; until?: string; version?: number }; answer: Heat }
  lock_flow: { path: { key: string }; body: api__flow_exchange__LockBody; answer: EditLock }
  unlock_flow: { path: { key: string }; answer: undefined }
  list_flow_locks: { path: { key: string }; answer: FlowLocks }
  match_event: { path: { key: string }; body: MatchBody; answer: Matched }
  set_flow_params: { path: { key: string }; body: ParamsBody; match: string | number; answer: FlowShown }
  pause_flow: { path: { key: string }; answer: FlowShown }
  publish_flow: { path: { key: string }; body: PublishBody; match: string | number; answer: Made }
  read_publish_rules: { path: { key: string }; answer: RulesShown }
  update_publish_rules: { path: { key: string }; body: RulesBody; match: string | number; answer: RulesShown }
  resume_flow: { path: { key: string }; answer: FlowShown }
  read_shadow: { path: { key: string }; answer: ShadowFound }
  start_shadow: { path: { key: string }; body: ShadowBody; answer: Shadow }
  stop_shadow: { path: { key: string }; answer: Shadow }
  start_flow: { path: { key: string; node: string }; body: StartBody; answer: Received }
  validate_draft: { path: { key: string }; answer: api__flows__Checked }
  list_versions: { path: { key: string }; answer: Versions }
  roll_back_flow: { path: { key: string; number: number }; answer: Made }
  read_version: { path: { key: string; which: string }; answer: AnyObject }
  read_form: { path: { flow: string; node: string }; answer: FormShown }
  submit_form: { path: { flow: string; node: string }; body: FormBody; answer: Received }
  read_home: { answer: Home }
  list_incidents: { query?: { limit?: number; cursor?: string; status?: "open" | "resolved" }; answer: Page_Incident }
  read_incident: { path: { incident_id: string }; answer: Incident }
  resolve_incident: { path: { incident_id: string }; body: ResolveBody; answer: Incident }
  list_installed_templates: { answer: InstalledScenes }
  list_jobs: { query?: { limit?: number; cursor?: string; everybody?: boolean }; answer: Page_Job }
  read_job: { path: { job_id: string }; answer: Job }
  cancel_job: { path: { job_id: string }; answer: Job }
  follow_job: { path: { job_id: string }; answer: string }
  list_keys: { query?: { limit?: number; cursor?: string }; answer: Page_Key }
  create_key: { body: NewKey; answer: MadeKey }
  read_key: { path: { key_id: string }; answer: Key }
  revoke_key: { path: { key_id: string }; answer: undefined }
  try_file_mapping: { body: FormData | Blob; answer: TrialShown }
  try_record_mapping: { body: RecordBody; answer: TrialShown }
  read_me: { answer: User }
  update_me: { body: Self; match: string | number; answer: User }
  change_password: { body: NewPassword; answer: undefined }
  renew_recovery_codes: { answer: RecoveryCodes }
  finish_second_factor: { body: FirstCode; answer: RecoveryCodes }
  begin_second_factor: { body: Confirmation; answer: Enrolment }
  remove_second_factor: { answer: undefined }
  list_my_sessions: { answer: OwnSessions }
  end_my_other_sessions: { answer: Ended }
  list_notices: { query?: { limit?: number; cursor?: string }; answer: Page_Notice }
  read_notices: { body: ReadBody; answer: HowMany }
  list_org_units: { query?: { limit?: number; cursor?: string }; answer: Page_Unit }
  create_org_unit: { body: NewUnit; answer: Unit }
  read_org_unit: { path: { unit_id: string }; answer: Unit }
  update_org_unit: { path: { unit_id: string }; body: UnitFields; match: string | number; answer: Unit }
  delete_org_unit: { path: { unit_id: string }; answer: undefined }
  move_org_unit: { path: { unit_id: string }; body: Move; match: string | number; answer: Unit }
  list_parties: { query?: { limit?: number; cursor?: string; kind?: "creator" | "agency" | "leader" | "dealer" | "franchisee" | "distributor" | "provider" | "employee" | "shop" | "store" | "platform" | "other"; q?: string }; answer: Page_PartyShown }
  create_party: { body: PartyBody; answer: PartyShown }
  read_party: { path: { party_id: string }; answer: PartyShown }
  update_party: { path: { party_id: string }; body: PartyBody; match: string | number; answer: PartyShown }
  read_party_accounts: { path: { party_id: string }; answer: PlatformAccounts }
  set_party_accounts: { path: { party_id: string }; body: PlatformAccounts; answer: PlatformAccounts }
  propose_party_bank: { path: { party_id: string }; body: BankBody; answer: PartyShown }
  approve_party_bank: { path: { party_id: string }; answer: PartyShown }
  bind_party_user: { path: { party_id: string }; body: UserBody; answer: PartyShown }
  list_products: { query?: { limit?: number; cursor?: string; q?: string; category?: string; state?: "active" | "archived" | "all" }; answer: Page_ProductShown }
  create_product: { body: ProductBody; answer: ProductShown }
  list_unmapped_products: { query?: { limit?: number; cursor?: string; state?: "open" | "set_aside"; platform?: string; shop?: string; q?: string }; answer: Page_UnmappedShown }
  map_unmapped_product: { path: { unmapped_id: string }; body: Mapping; answer: MappedShown }
  set_unmapped_product_aside: { path: { unmapped_id: string }; body: SetAside; answer: UnmappedShown }
  take_up_unmapped_product: { path: { unmapped_id: string }; answer: UnmappedShown }
  read_product: { path: { product_id: string }; answer: ProductShown }
  update_product: { path: { product_id: string }; body: ProductBody; match: string | number; answer: ProductShown }
  delete_product: { path: { product_id: string }; answer: undefined }
  archive_product: { path: { product_id: string }; answer: ProductShown }
  restore_product: { path: { product_id: string }; answer: ProductShown }
  list_roles: { query?: { limit?: number; cursor?: string }; answer: Page_Role }
  create_role: { body: NewRole; answer: Role }
  read_role: { path: { key: string }; answer: Role }
  update_role: { path: { key: string }; body: RoleFields; match: string | number; answer: Role }
  delete_role: { path: { key: string }; answer: undefined }
  list_runs: { query?: { limit?: number; cursor?: string; flow?: string; status?: "queued" | "running" | "waiting" | "succeeded" | "failed" | "cancelled"; owner?: string; since?: string; until?: string }; answer: Page_RunShown }
  resume_runs: { body: ManyBody; answer: ManyAsked }
  read_run: { path: { run_id: string }; answer: RunDetail }
  cancel_run: { path: { run_id: string }; body: WhyBody; answer: RunAsked }
  replay_run: { path: { run_id: string }; body: api__trials__ReplayBody; answer: ReplayShown }
  resume_run: { path: { run_id: string }; body: WhyBody; answer: RunAsked }
  retry_run: { path: { run_id: string }; body: RetryBody; answer: RunAsked }
  list_schemas: { answer: SchemaList }
  read_scope: { body: ScopeBody; answer: Scope }
  read_schema: { path: { name: string }; answer: AnyObject }
  read_sample_event: { path: { name: string }; answer: SampleEvent }
  list_found: { query: { q: string }; answer: Hits }
  read_settings: { answer: SettingsShown }
  update_settings: { body: SettingsBody; match: string | number; answer: SettingsShown }
  list_settlement_accounts: { query?: { limit?: number; cursor?: string; party?: string }; answer: Page_AccountShown }
  read_settlement_account: { path: { account: string }; answer: AccountShown }
  list_adjustments: { query?: { limit?: number; cursor?: string; state?: "proposed" | "approved" | "rejected" }; answer: Page_AdjustmentShown }
  propose_adjustment: { body: AdjustmentBody; answer: AdjustmentShown }
  approve_adjustment: { path: { adjustment_id: string }; answer: AdjustmentShown }
  reject_adjustment: { path: { adjustment_id: string }; answer: AdjustmentShown }
  list_budgets: { query?: { limit?: number; cursor?: string }; answer: Page_BudgetShown }
  read_budget: { path: { key: string }; answer: BudgetShown }
  put_budget: { path: { key: string }; body: BudgetBody; match: string | number; answer: BudgetShown }
  delete_budget: { path: { key: string }; match: string | number; answer: undefined }
  list_waiting: { path: { key: string }; query?: { limit?: number; cursor?: string }; answer: Page_WaitingShown }
  answer_demand: { path: { key: string; demand: string }; body: AnswerBody; answer: Answered }
  list_change_requests: { query?: { limit?: number; cursor?: string; state?: "proposed" | "approved" | "rejected" | "withdrawn" | "applied"; for_me?: boolean }; answer: Page_RequestShown }
  propose_change: { body: RequestBody; answer: RequestShown }
  read_change_request: { path: { request_id: string }; answer: RequestShown }
  approve_change_request: { path: { request_id: string }; body: ApproveBody; answer: RequestShown }
  reject_change_request: { path: { request_id: string }; body: RejectBody; answer: RequestShown }
  withdraw_change_request: { path: { request_id: string }; answer: RequestShown }
  list_coefficients: { query?: { limit?: number; cursor?: string; period?: string }; answer: Page_CoefficientShown }
  set_coefficient: { body: CoefficientBody; answer: undefined }
  list_settlement_entries: { query?: { limit?: number; cursor?: string; party?: string; order?: string; account?: string; card?: string; period?: string; earned?: string; state?: "estimated" | "pending" | "frozen" | "settled" | "paid" | "void" }; answer: Page_EntryShown }
  freeze_entries: { body: MoneyBody; answer: Handed }
  release_entries: { body: MoneyBody; answer: Handed }
  void_entries: { body: MoneyBody; answer: Handed }
  read_rate_layers: { query: { card: string; party?: string; platform?: string; shop?: string; category?: string; product?: string; at?: string }; answer: LayersShown }
  list_locks: { query?: { limit?: number; cursor?: string; scope?: string }; answer: Page_LockShown }
  place_lock: { body: api__locks__LockBody; answer: LockShown }
  lift_lock: { path: { lock_id: string }; answer: undefined }
  apply_opening: { body: FormData | Blob; answer: OpeningPreview }
  preview_opening: { body: FormData | Blob; answer: OpeningPreview }
  list_settlement_periods: { query?: { limit?: number; cursor?: string }; answer: Page_PeriodShown }
  read_settlement_period: { path: { key: string }; answer: PeriodDetail }
  book_settlement_period: { path: { key: string }; answer: BookedMonth }
  close_settlement_period: { path: { key: string }; answer: StartedJob }
  reopen_settlement_period: { path: { key: string }; answer: undefined }
  post_booked: { answer: PostingJobs }
  quote_order: { body: QuoteBody; answer: QuoteShown }
  read_rate_card_schemas: { answer: CardSchemas }
  list_rate_cards: { query?: { limit?: number; cursor?: string }; answer: Page_CardListed }
  create_rate_card: { body: CardDocument; answer: CardWithDraft }
  check_rate_card: { body: CardDocument; answer: api__settlement_shapes__Checked }
  read_rate_card: { path: { key: string }; answer: CardWithDraft }
  save_rate_card: { path: { key: string }; body: CardDocument; match: string | number; answer: SavedCard }
  check_rate_card_draft: { path: { key: string }; answer: api__settlement_shapes__Checked }
  publish_rate_card: { path: { key: string }; body: PublishCardBody; match: string | number; answer: PublishedCard }
  recompute_rate_card: { path: { key: string }; body: RecomputeBody; answer: BookedMonth }
  preview_recompute: { path: { key: string }; body: RecomputeBody; answer: WhatIfShown }
  list_rate_card_versions: { path: { key: string }; query?: { limit?: number; cursor?: string }; answer: Page_CardVersion }
  read_rate_card_version: { path: { key: string; number: number }; answer: CardVersionWithDocument }
  roll_back_rate_card: { path: { key: string; number: number }; answer: PublishedCard }
  list_reconciliations: { query?: { limit?: number; cursor?: string }; answer: Page_ReconciliationShown }
  reconcile_bill: { body: FormData | Blob; answer: ReconciliationShown }
  look_at_bill: { body: FormData | Blob; answer: BillColumns }
  preview_bill: { body: FormData | Blob; answer: BillPreview }
  read_reconciliation: { path: { reconciliation_id: string }; answer: ReconciliationShown }
  list_reconciliation_lines: { path: { reconciliation_id: string }; query?: { limit?: number; cursor?: string; result?: "matched" | "differing" | "missing_ours" | "missing_theirs" }; answer: Page_DifferenceShown }
  resolve_difference: { path: { reconciliation_id: string; line: number }; body: ResolveDifference; answer: undefined }
  read_report: { path: { by: "channel" | "shop" | "platform" | "party" | "tier" | "campaign" | "service" | "category" }; query?: { month?: string; since?: string; until?: string; platform?: string; shop?: string; channel?: string; campaign?: string; service?: string; category?: string; owner?: "direct" | "franchise"; rule?: string }; answer: ReportShown }
  download_report_csv: { path: { by: "channel" | "shop" | "platform" | "party" | "tier" | "campaign" | "service" | "category" }; query?: { month?: string; since?: string; until?: string; platform?: string; shop?: string; channel?: string; campaign?: string; service?: string; category?: string; owner?: "direct" | "franchise"; rule?: string }; answer: string }
  download_report_xlsx: { path: { by: "channel" | "shop" | "platform" | "party" | "tier" | "campaign" | "service" | "category" }; query?: { month?: string; since?: string; until?: string; platform?: string; shop?: string; channel?: string; campaign?: string; service?: string; category?: string; owner?: "direct" | "franchise"; rule?: string }; answer: string }
  split_amount: { body: SplitBody; answer: SplitShown }
  list_statements: { query?: { limit?: number; cursor?: string; party?: string; period?: string; state?: "draft" | "released" | "confirmed" | "disputed" | "paid" }; answer: Page_StatementShown }
  make_statement: { body: NewStatement; answer: StatementShown }
  read_statement: { path: { statement_id: string }; answer: StatementShown }
  confirm_statement: { path: { statement_id: string }; body: NoteBody; answer: StatementShown }
  download_statement_csv: { path: { statement_id: string }; answer: string }
  dispute_statement: { path: { statement_id: string }; body: DisputeBody; answer: StatementShown }
  list_statement_lines: { path: { statement_id: string }; query?: { limit?: number; cursor?: string }; answer: Page_EntryShown }
  mark_statement_paid: { path: { statement_id: string }; body: PaidBody; answer: StatementShown }
  release_statement: { path: { statement_id: string }; answer: StatementShown }
  list_repriced_lines: { path: { statement_id: string }; query?: { limit?: number; cursor?: string }; answer: Page_RepricedLine }
  download_statement_xlsx: { path: { statement_id: string }; answer: string }
  what_if_totals: { body: WhatIfBody; answer: WhatIfShown }
  list_simulations: { query?: { limit?: number; cursor?: string; flow?: string; kind?: "asked" | "shadow" }; answer: Page_SimulationBrief }
  start_simulation: { body: SimulationBody; answer: SimulationStarted }
  list_start_customers: { query: { q: string }; answer: CustomersFound }
  start_simulation_of_file: { body: FormData | Blob; answer: SimulationStarted }
  read_simulation: { path: { simulation_id: string }; answer: Simulation }
  delete_simulation: { path: { simulation_id: string }; answer: undefined }
  agree_to_money: { path: { simulation_id: string }; answer: SimulationBrief }
  cancel_simulation: { path: { simulation_id: string }; answer: SimulationBrief }
  follow_simulation: { path: { simulation_id: string }; answer: string }
  list_simulation_runs: { path: { simulation_id: string }; query?: { limit?: number; cursor?: string; side?: "new" | "old"; status?: "waiting" | "running" | "succeeded" | "failed" | "cancelled"; path?: string }; answer: Page_KeptRun }
  read_simulation_run: { path: { simulation_id: string; side: "new" | "old"; run_id: string }; answer: KeptTrace }
  list_tasks: { query?: { limit?: number; cursor?: string }; answer: Page_Task }
  read_task: { path: { task_id: string }; answer: Task }
  answer_task: { path: { task_id: string }; body: TaskAnswer; answer: Task }
  list_templates: { answer: Scenes }
  read_template: { path: { key: string }; answer: SceneDetail }
  install_template: { path: { key: string }; body: InstallBody; answer: Installed }
  preview_template: { path: { key: string }; body: Chosen; answer: Preview }
  upgrade_template: { path: { key: string }; body: UpgradeBody; answer: UpgradeShown }
  preview_template_upgrade: { path: { key: string }; body: UpgradeChosen; answer: UpgradeShown }
  list_users: { query?: { limit?: number; cursor?: string; status?: "active" | "disabled"; q?: string }; answer: Page_User }
  create_user: { body: NewUser; answer: MadeUser }
  read_user: { path: { user_id: string }; answer: User }
  update_user: { path: { user_id: string }; body: UserFields; match: string | number; answer: User }
  reset_user_password: { path: { user_id: string }; answer: FreshPassword }
  set_user_roles: { path: { user_id: string }; body: Roles; match: string | number; answer: User }
  remove_user_second_factor: { path: { user_id: string }; answer: undefined }
  end_user_sessions: { path: { user_id: string }; answer: undefined }
}

export const ROUTES: { readonly [N in keyof Calls]: string } = {
  list_acts: "GET /api/v1/acts",
  list_audit: "GET /api/v1/audit",
  verify_audit: "GET /api/v1/audit/verify",
  sign_in: "POST /api/v1/auth/login",
  give_second_factor: "POST /api/v1/auth/second-factor",
  read_session: "GET /api/v1/auth/session",
  sign_out: "DELETE /api/v1/auth/session",
  list_calendars: "GET /api/v1/calendars",
  create_calendar: "POST /api/v1/calendars",
  list_calendar_days: "POST /api/v1/calendars/days",
  read_due: "POST /api/v1/calendars/due",
  read_calendar: "GET /api/v1/calendars/{key}",
  update_calendar: "PUT /api/v1/calendars/{key}",
  delete_calendar: "DELETE /api/v1/calendars/{key}",
  list_calendar_uses: "GET /api/v1/calendars/{key}/uses",
  read_catalog: "GET /api/v1/catalog",
  list_connections: "GET /api/v1/connections",
  create_connection: "POST /api/v1/connections",
  read_one_connection: "GET /api/v1/connections/{key}",
  update_connection: "PUT /api/v1/connections/{key}",
  remove_connection: "DELETE /api/v1/connections/{key}",
  update_credentials: "PUT /api/v1/connections/{key}/credentials",
  read_exchanges: "GET /api/v1/connections/{key}/exchanges",
  export_orders: "GET /api/v1/connections/{key}/export",
  read_health: "GET /api/v1/connections/{key}/health",
  import_orders: "POST /api/v1/connections/{key}/import",
  pause_connection: "POST /api/v1/connections/{key}/pause",
  resume_connection: "POST /api/v1/connections/{key}/resume",
  list_review: "GET /api/v1/connections/{key}/review",
  close_review: "POST /api/v1/connections/{key}/review/{record_id}/close",
  replay_review: "POST /api/v1/connections/{key}/review/{record_id}/replay",
  try_connection: "POST /api/v1/connections/{key}/test",
  list_connectors: "GET /api/v1/connectors",
  read_connector: "GET /api/v1/connectors/{type}",
  read_effect: "GET /api/v1/effects/{key}",
  decide_effect: "POST /api/v1/effects/{key}/decide",
  list_event_types: "GET /api/v1/event-types",
  add_event_type: "POST /api/v1/event-types",
  check_event_data: "POST /api/v1/event-types/check",
  read_event_type: "GET /api/v1/event-types/{type}",
  change_event_type: "PUT /api/v1/event-types/{type}",
  delete_event_type: "DELETE /api/v1/event-types/{type}",
  list_event_type_uses: "GET /api/v1/event-types/{type}/uses",
  list_events: "GET /api/v1/events",
  send_events: "POST /api/v1/events",
  read_one_event: "GET /api/v1/events/{event_id}",
  preview_expressions: "POST /api/v1/expressions/preview",
  list_flow_figures: "GET /api/v1/flow-figures",
  list_flows: "GET /api/v1/flows",
  create_flow: "POST /api/v1/flows",
  import_flow: "POST /api/v1/flows/import",
  validate_document: "POST /api/v1/flows/validate",
  read_flow: "GET /api/v1/flows/{key}",
  archive_flow: "DELETE /api/v1/flows/{key}",
  propose_flow_change: "POST /api/v1/flows/{key}/change-requests",
  diff_versions: "GET /api/v1/flows/{key}/diff",
  save_draft: "PUT /api/v1/flows/{key}/draft",
  export_flow: "GET /api/v1/flows/{key}/export",
  read_publish_gate: "GET /api/v1/flows/{key}/gate",
  read_flow_heat: "GET /api/v1/flows/{key}/heat",
  lock_flow: "PUT /api/v1/flows/{key}/lock",
  unlock_flow: "DELETE /api/v1/flows/{key}/lock",
  list_flow_locks: "GET /api/v1/flows/{key}/locks",
  match_event: "POST /api/v1/flows/{key}/match",
  set_flow_params: "PUT /api/v1/flows/{key}/params",
  pause_flow: "POST /api/v1/flows/{key}/pause",
  publish_flow: "POST /api/v1/flows/{key}/publish",
  read_publish_rules: "GET /api/v1/flows/{key}/publish-rules",
  update_publish_rules: "PUT /api/v1/flows/{key}/publish-rules",
  resume_flow: "POST /api/v1/flows/{key}/resume",
  read_shadow: "GET /api/v1/flows/{key}/shadow",
  start_shadow: "POST /api/v1/flows/{key}/shadow",
  stop_shadow: "DELETE /api/v1/flows/{key}/shadow",
  start_flow: "POST /api/v1/flows/{key}/start/{node}",
  validate_draft: "POST /api/v1/flows/{key}/validate",
  list_versions: "GET /api/v1/flows/{key}/versions",
  roll_back_flow: "POST /api/v1/flows/{key}/versions/{number}/rollback",
  read_version: "GET /api/v1/flows/{key}/versions/{which}",
  read_form: "GET /api/v1/forms/{flow}/{node}",
  submit_form: "POST /api/v1/forms/{flow}/{node}",
  read_home: "GET /api/v1/home",
  list_incidents: "GET /api/v1/incidents",
  read_incident: "GET /api/v1/incidents/{incident_id}",
  resolve_incident: "POST /api/v1/incidents/{incident_id}/resolve",
  list_installed_templates: "GET /api/v1/installed-templates",
  list_jobs: "GET /api/v1/jobs",
  read_job: "GET /api/v1/jobs/{job_id}",
  cancel_job: "POST /api/v1/jobs/{job_id}/cancel",
  follow_job: "GET /api/v1/jobs/{job_id}/live",
  list_keys: "GET /api/v1/keys",
  create_key: "POST /api/v1/keys",
  read_key: "GET /api/v1/keys/{key_id}",
  revoke_key: "DELETE /api/v1/keys/{key_id}",
  try_file_mapping: "POST /api/v1/mapping/file",
  try_record_mapping: "POST /api/v1/mapping/record",
  read_me: "GET /api/v1/me",
  update_me: "PUT /api/v1/me",
  change_password: "PUT /api/v1/me/password",
  renew_recovery_codes: "POST /api/v1/me/recovery-codes",
  finish_second_factor: "PUT /api/v1/me/second-factor",
  begin_second_factor: "POST /api/v1/me/second-factor",
  remove_second_factor: "DELETE /api/v1/me/second-factor",
  list_my_sessions: "GET /api/v1/me/sessions",
  end_my_other_sessions: "DELETE /api/v1/me/sessions",
  list_notices: "GET /api/v1/notices",
  read_notices: "POST /api/v1/notices/read",
  list_org_units: "GET /api/v1/org-units",
  create_org_unit: "POST /api/v1/org-units",
  read_org_unit: "GET /api/v1/org-units/{unit_id}",
  update_org_unit: "PUT /api/v1/org-units/{unit_id}",
  delete_org_unit: "DELETE /api/v1/org-units/{unit_id}",
  move_org_unit: "POST /api/v1/org-units/{unit_id}/move",
  list_parties: "GET /api/v1/parties",
  create_party: "POST /api/v1/parties",
  read_party: "GET /api/v1/parties/{party_id}",
  update_party: "PUT /api/v1/parties/{party_id}",
  read_party_accounts: "GET /api/v1/parties/{party_id}/accounts",
  set_party_accounts: "PUT /api/v1/parties/{party_id}/accounts",
  propose_party_bank: "POST /api/v1/parties/{party_id}/bank",
  approve_party_bank: "POST /api/v1/parties/{party_id}/bank/approve",
  bind_party_user: "PUT /api/v1/parties/{party_id}/user",
  list_products: "GET /api/v1/products",
  create_product: "POST /api/v1/products",
  list_unmapped_products: "GET /api/v1/products/unmapped",
  map_unmapped_product: "POST /api/v1/products/unmapped/{unmapped_id}/map",
  set_unmapped_product_aside: "POST /api/v1/products/unmapped/{unmapped_id}/set-aside",
  take_up_unmapped_product: "POST /api/v1/products/unmapped/{unmapped_id}/take-up",
  read_product: "GET /api/v1/products/{product_id}",
  update_product: "PUT /api/v1/products/{product_id}",
  delete_product: "DELETE /api/v1/products/{product_id}",
  archive_product: "POST /api/v1/products/{product_id}/archive",
  restore_product: "POST /api/v1/products/{product_id}/restore",
  list_roles: "GET /api/v1/roles",
  create_role: "POST /api/v1/roles",
  read_role: "GET /api/v1/roles/{key}",
  update_role: "PUT /api/v1/roles/{key}",
  delete_role: "DELETE /api/v1/roles/{key}",
  list_runs: "GET /api/v1/runs",
  resume_runs: "POST /api/v1/runs/resume",
  read_run: "GET /api/v1/runs/{run_id}",
  cancel_run: "POST /api/v1/runs/{run_id}/cancel",
  replay_run: "POST /api/v1/runs/{run_id}/replay",
  resume_run: "POST /api/v1/runs/{run_id}/resume",
  retry_run: "POST /api/v1/runs/{run_id}/retry",
  list_schemas: "GET /api/v1/schemas",
  read_scope: "POST /api/v1/schemas/scope",
  read_schema: "GET /api/v1/schemas/{name}",
  read_sample_event: "GET /api/v1/schemas/{name}/sample",
  list_found: "GET /api/v1/search",
  read_settings: "GET /api/v1/settings",
  update_settings: "PUT /api/v1/settings",
  list_settlement_accounts: "GET /api/v1/settlement/accounts",
  read_settlement_account: "GET /api/v1/settlement/accounts/{account}",
  list_adjustments: "GET /api/v1/settlement/adjustments",
  propose_adjustment: "POST /api/v1/settlement/adjustments",
  approve_adjustment: "POST /api/v1/settlement/adjustments/{adjustment_id}/approve",
  reject_adjustment: "POST /api/v1/settlement/adjustments/{adjustment_id}/reject",
  list_budgets: "GET /api/v1/settlement/budgets",
  read_budget: "GET /api/v1/settlement/budgets/{key}",
  put_budget: "PUT /api/v1/settlement/budgets/{key}",
  delete_budget: "DELETE /api/v1/settlement/budgets/{key}",
  list_waiting: "GET /api/v1/settlement/budgets/{key}/waiting",
  answer_demand: "POST /api/v1/settlement/budgets/{key}/waiting/{demand}",
  list_change_requests: "GET /api/v1/settlement/change-requests",
  propose_change: "POST /api/v1/settlement/change-requests",
  read_change_request: "GET /api/v1/settlement/change-requests/{request_id}",
  approve_change_request: "POST /api/v1/settlement/change-requests/{request_id}/approve",
  reject_change_request: "POST /api/v1/settlement/change-requests/{request_id}/reject",
  withdraw_change_request: "POST /api/v1/settlement/change-requests/{request_id}/withdraw",
  list_coefficients: "GET /api/v1/settlement/coefficients",
  set_coefficient: "PUT /api/v1/settlement/coefficients",
  list_settlement_entries: "GET /api/v1/settlement/entries",
  freeze_entries: "POST /api/v1/settlement/entries/freeze",
  release_entries: "POST /api/v1/settlement/entries/release",
  void_entries: "POST /api/v1/settlement/entries/void",
  read_rate_layers: "GET /api/v1/settlement/layers",
  list_locks: "GET /api/v1/settlement/locks",
  place_lock: "POST /api/v1/settlement/locks",
  lift_lock: "DELETE /api/v1/settlement/locks/{lock_id}",
  apply_opening: "POST /api/v1/settlement/opening",
  preview_opening: "POST /api/v1/settlement/opening/preview",
  list_settlement_periods: "GET /api/v1/settlement/periods",
  read_settlement_period: "GET /api/v1/settlement/periods/{key}",
  book_settlement_period: "POST /api/v1/settlement/periods/{key}/book",
  close_settlement_period: "POST /api/v1/settlement/periods/{key}/close",
  reopen_settlement_period: "POST /api/v1/settlement/periods/{key}/reopen",
  post_booked: "POST /api/v1/settlement/post",
  quote_order: "POST /api/v1/settlement/quote",
  read_rate_card_schemas: "GET /api/v1/settlement/rate-card-schemas",
  list_rate_cards: "GET /api/v1/settlement/rate-cards",
  create_rate_card: "POST /api/v1/settlement/rate-cards",
  check_rate_card: "POST /api/v1/settlement/rate-cards/check",
  read_rate_card: "GET /api/v1/settlement/rate-cards/{key}",
  save_rate_card: "PUT /api/v1/settlement/rate-cards/{key}",
  check_rate_card_draft: "POST /api/v1/settlement/rate-cards/{key}/check",
  publish_rate_card: "POST /api/v1/settlement/rate-cards/{key}/publish",
  recompute_rate_card: "POST /api/v1/settlement/rate-cards/{key}/recompute",
  preview_recompute: "POST /api/v1/settlement/rate-cards/{key}/recompute/preview",
  list_rate_card_versions: "GET /api/v1/settlement/rate-cards/{key}/versions",
  read_rate_card_version: "GET /api/v1/settlement/rate-cards/{key}/versions/{number}",
  roll_back_rate_card: "POST /api/v1/settlement/rate-cards/{key}/versions/{number}/roll-back",
  list_reconciliations: "GET /api/v1/settlement/reconcile",
  reconcile_bill: "POST /api/v1/settlement/reconcile",
  look_at_bill: "POST /api/v1/settlement/reconcile/columns",
  preview_bill: "POST /api/v1/settlement/reconcile/preview",
  read_reconciliation: "GET /api/v1/settlement/reconcile/{reconciliation_id}",
  list_reconciliation_lines: "GET /api/v1/settlement/reconcile/{reconciliation_id}/lines",
  resolve_difference: "POST /api/v1/settlement/reconcile/{reconciliation_id}/lines/{line}/resolve",
  read_report: "GET /api/v1/settlement/reports/{by}",
  download_report_csv: "GET /api/v1/settlement/reports/{by}/csv",
  download_report_xlsx: "GET /api/v1/settlement/reports/{by}/xlsx",
  split_amount: "POST /api/v1/settlement/split",
  list_statements: "GET /api/v1/settlement/statements",
  make_statement: "POST /api/v1/settlement/statements",
  read_statement: "GET /api/v1/settlement/statements/{statement_id}",
  confirm_statement: "POST /api/v1/settlement/statements/{statement_id}/confirm",
  download_statement_csv: "GET /api/v1/settlement/statements/{statement_id}/csv",
  dispute_statement: "POST /api/v1/settlement/statements/{statement_id}/dispute",
  list_statement_lines: "GET /api/v1/settlement/statements/{statement_id}/lines",
  mark_statement_paid: "POST /api/v1/settlement/statements/{statement_id}/paid",
  release_statement: "POST /api/v1/settlement/statements/{statement_id}/release",
  list_repriced_lines: "GET /api/v1/settlement/statements/{statement_id}/repriced",
  download_statement_xlsx: "GET /api/v1/settlement/statements/{statement_id}/xlsx",
  what_if_totals: "POST /api/v1/settlement/what-if",
  list_simulations: "GET /api/v1/simulations",
  start_simulation: "POST /api/v1/simulations",
  list_start_customers: "GET /api/v1/simulations/customers",
  start_simulation_of_file: "POST /api/v1/simulations/file",
  read_simulation: "GET /api/v1/simulations/{simulation_id}",
  delete_simulation: "DELETE /api/v1/simulations/{simulation_id}",
  agree_to_money: "POST /api/v1/simulations/{simulation_id}/agree",
  cancel_simulation: "POST /api/v1/simulations/{simulation_id}/cancel",
  follow_simulation: "GET /api/v1/simulations/{simulation_id}/live",
  list_simulation_runs: "GET /api/v1/simulations/{simulation_id}/runs",
  read_simulation_run: "GET /api/v1/simulations/{simulation_id}/runs/{side}/{run_id}",
  list_tasks: "GET /api/v1/tasks",
  read_task: "GET /api/v1/tasks/{task_id}",
  answer_task: "POST /api/v1/tasks/{task_id}/answer",
  list_templates: "GET /api/v1/templates",
  read_template: "GET /api/v1/templates/{key}",
  install_template: "POST /api/v1/templates/{key}/install",
  preview_template: "POST /api/v1/templates/{key}/preview",
  upgrade_template: "POST /api/v1/templates/{key}/upgrade",
  preview_template_upgrade: "POST /api/v1/templates/{key}/upgrade/preview",
  list_users: "GET /api/v1/users",
  create_user: "POST /api/v1/users",
  read_user: "GET /api/v1/users/{user_id}",
  update_user: "PUT /api/v1/users/{user_id}",
  reset_user_password: "POST /api/v1/users/{user_id}/password",
  set_user_roles: "PUT /api/v1/users/{user_id}/roles",
  remove_user_second_factor: "DELETE /api/v1/users/{user_id}/second-factor",
  end_user_sessions: "DELETE /api/v1/users/{user_id}/sessions",
}
