import { MenuOutlined } from "@ant-design/icons"
import { Button, Drawer, Flex, Layout, Menu, type MenuProps } from "antd"
import { Suspense, useEffect, useRef, useState } from "react"
import { useTranslation } from "react-i18next"
import { Link, Outlet, useLocation, useMatches } from "react-router"
import { Fault } from "@/api/Fault"
import { useRead } from "@/api/queries"
import { useMay, useSessionQuery } from "@/api/session"
import { useZone } from "@/text/format"
import { FirstPassword } from "./FirstPassword"
import { LanguageSwitch, LookMenu, Notices, PersonMenu } from "./head"
import { Logo } from "./Logo"
import { PageSkeleton } from "./PageSkeleton"
import { PLACES, type Place, placeOf, placesFor } from "./places"
import { Search } from "./Search"
import { SecondFactorDialogs } from "./SecondFactorDialogs"
import { SignIn } from "./SignIn"

/** Who is not signed in sees the sign-in; everybody else the frame with their own menu. */
export function Shell() {
  const session = useSessionQuery()
  if (session.isError)
    return (
      <div className="page-body">
        <Fault fault={session.error} retry={() => void session.refetch()} />
      </div>
    )
  if (session.data === undefined) return <PageSkeleton />
  if (session.data === null) return <SignIn />
  if (session.data.must_change_password) return <FirstPassword />
  return <Frame />
}

function Frame() {
  const { t } = useTranslation()
  const isWide = useMatches().some((match) => (match.handle as Handle)?.wide)
  const [isFolded, setFolded] = useState(false)
  const [isNarrow, setNarrow] = useState(false)
  const [isOpen, setOpen] = useState(false)
  // A menu of one entry is the page itself.
  const hasMenu = placesFor(useMay()).length > 1
  const { pathname } = useLocation()
  useOwnZone()
  usePageTitle(pathname)
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new page closes the menu
  useEffect(() => setOpen(false), [pathname])
  return (
    <Layout className="frame">
      <a className="skip" href="#content">
        {t("menu.skip")}
      </a>
      <Layout.Sider
        className="frame-side"
        width={212}
        collapsedWidth={isNarrow ? 0 : 64}
        breakpoint="md"
        onBreakpoint={setNarrow}
        collapsed={isNarrow || isFolded || isWide}
        collapsible={!isWide && !isNarrow}
        onCollapse={setFolded}
        trigger={isWide || isNarrow ? null : undefined}
        theme="light"
      >
        <Logo isSmall={isFolded || isWide} />
        <Places />
      </Layout.Sider>
      <Drawer
        placement="left"
        size={260}
        open={isNarrow && isOpen}
        onClose={() => setOpen(false)}
        styles={{ body: { padding: 0 } }}
        title={<Logo isSmall={false} />}
      >
        <Places />
      </Drawer>
      <Layout>
        {!isWide && (
          <Layout.Header className="frame-head">
            {isNarrow && hasMenu && (
              <Button
                type="text"
                icon={<MenuOutlined />}
                aria-label={t("menu.open")}
                onClick={() => setOpen(true)}
              />
            )}
            <Flex flex={1} justify="flex-end" align="center" gap={4}>
              {hasMenu && <Search />}
              <LanguageSwitch />
              <LookMenu />
              <Notices />
              <PersonMenu />
            </Flex>
          </Layout.Header>
        )}
        <Layout.Content id="content" className={isWide ? "frame-wide" : "frame-content"}>
          <Suspense fallback={<PageSkeleton />}>
            <Outlet />
          </Suspense>
        </Layout.Content>
      </Layout>
      <SecondFactorDialogs />
    </Layout>
  )
}

interface Handle {
  wide?: boolean
}

function Places() {
  const { t } = useTranslation()
  const may = useMay()
  const { pathname } = useLocation()
  const here = placeOf(pathname)
  const itemOf = (place: Place): NonNullable<MenuProps["items"]>[number] =>
    place.inside
      ? {
          key: place.path,
          icon: place.icon,
          label: t(`menu.${place.name}`),
          children: place.inside.map(itemOf),
        }
      : {
          key: place.path,
          icon: place.icon,
          label: <Link to={place.path}>{t(`menu.${place.name}`)}</Link>,
        }
  const menu = useRef<HTMLElement>(null)
  // biome-ignore lint/correctness/useExhaustiveDependencies: another place is chosen
  useEffect(() => {
    const chosen = menu.current?.querySelector(".ant-menu-item-selected")
    chosen?.scrollIntoView({ block: "nearest" })
  }, [here?.path])
  return (
    <nav aria-label={t("product")} ref={menu}>
      <Menu
        mode="inline"
        items={placesFor(may).map(itemOf)}
        selectedKeys={here ? [here.path] : []}
        defaultOpenKeys={PLACES.filter(
          (place) => place.inside && pathname.startsWith(`${place.path}/`),
        ).map((place) => place.path)}
      />
    </nav>
  )
}

/** Times are shown in the person's own zone, else in the company's. */
function useOwnZone() {
  const own = useRead("read_me", {}).data?.zone
  const company = useRead("read_settings", {}).data?.zone
  const setZone = useZone((store) => store.setZone)
  useEffect(() => {
    if (own ?? company) setZone((own ?? company) as string)
  }, [own, company, setZone])
}

function usePageTitle(pathname: string) {
  const { t } = useTranslation()
  const place = placeOf(pathname)
  useEffect(() => {
    document.title = place ? `${t(`menu.${place.name}`)} · ${t("product")}` : t("product")
  }, [place, t])
}
