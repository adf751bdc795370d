import type { ConnectionFields, Connector } from "@/api/types"
import { defaultsOf, type FormSchema, resolved } from "@/forms/schema"

/** What the server shows of a secret it holds. */
const HELD = "set"

export interface ConnectionValues {
  credentials: Record<string, unknown>
  settings: Record<string, unknown>
}

export function emptyValues(connector: Connector): ConnectionValues {
  return {
    credentials: asObject(defaultsOf(connector.credentials as FormSchema)),
    settings: asObject(defaultsOf(connector.settings as FormSchema)),
  }
}

function asObject(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {}
}

/** Credentials as they are sent: a secret that was not replaced is null and stays as it is. */
export function credentialsToSend(
  credentials: Record<string, unknown>,
  schema: FormSchema,
): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(credentials).map(([name, value]) => {
      const isSecret = isSecretField(resolved(schema.properties?.[name] ?? {}, schema))
      return [name, isSecret && (value === HELD || value === "") ? null : value]
    }),
  )
}

/** Whether the server holds a secret of this connection. */
export function holdsSecrets(credentials: Record<string, unknown>, schema: FormSchema): boolean {
  return Object.entries(schema.properties ?? {}).some(
    ([name, field]) => isSecretField(resolved(field, schema)) && credentials[name] === HELD,
  )
}

/** The settings that say where secrets go, or all the others, as a form of their own. */
export function settingsPart(schema: FormSchema, whereSecretsGo: boolean): FormSchema {
  const properties = Object.fromEntries(
    Object.entries(schema.properties ?? {}).filter(
      ([, field]) => Boolean(field["x-where-secrets-go"]) === whereSecretsGo,
    ),
  )
  const required = schema.required?.filter((name) => name in properties)
  return { ...schema, properties, ...(required && { required }) }
}

function isSecretField(field: FormSchema): boolean {
  return field["x-widget"] === "secret"
}

/** How a new connection works unless somebody says otherwise. */
export function usualFields(connector: Connector): Omit<ConnectionFields, "name" | "settings"> {
  const sync_mode =
    connector.receives && connector.pulls
      ? "both"
      : connector.pulls
        ? "pull"
        : connector.receives
          ? "push"
          : "none"
  return { sync_mode, on_bad_record: "review", rate: null, backup: null }
}

/** The part of the server's problems that a form below `root` can show. */
export function problemsUnder<T extends { path: string }>(
  problems: readonly T[],
  root: string,
): T[] {
  return problems
    .filter((each) => each.path.startsWith(`${root}/`))
    .map((each) => ({ ...each, path: each.path.slice(root.length) }))
}
