// A product as it is typed, and as it is sent.

import type { PlatformId, ProductBody, ProductShown, UnmappedShown } from "@/api/types"

export interface Typed {
  sku: string
  name: string
  category: string
  cost: string
  currency: string
  consumed: number | null
  ids: PlatformId[]
}

/** What is read anew once a product has changed. */
export const READS = ["list_products", "list_unmapped_products"] as const

const COST = /^[0-9]{1,13}(\.[0-9]{1,4})?$/

export function typedOf(product: ProductShown | null): Typed {
  return {
    sku: product?.sku ?? "",
    name: product?.name ?? "",
    category: product?.category ?? "",
    cost: product?.cost ?? "",
    currency: product?.currency ?? "CNY",
    consumed: product?.consumed_in_days ?? null,
    ids: product?.ids ?? [],
  }
}

/** A product for goods that have none: by its merchant code, else by what the platform calls it. */
export function typedFrom(goods: UnmappedShown): Typed {
  const own = goods.outer_id ?? goods.sku
  const id: PlatformId = { platform: goods.platform, shop: goods.shop, external_id: goods.code }
  return {
    ...typedOf(null),
    sku: own ?? goods.code,
    name: goods.name,
    category: goods.category ?? "",
    // Its merchant code finds it by itself; another platform's number must be told.
    ids: goods.outer_id === goods.code ? [] : [id],
  }
}

export type Missing = "sku" | "name" | "cost" | "ids"

/** What keeps it from being sent. */
export function missingOf(typed: Typed): Missing[] {
  const cost = typed.cost.trim()
  return [
    ...(typed.sku.trim() ? [] : ["sku" as const]),
    ...(typed.name.trim() ? [] : ["name" as const]),
    ...(cost === "" || COST.test(cost) ? [] : ["cost" as const]),
    ...(typed.ids.every((one) => one.platform && one.external_id.trim()) ? [] : ["ids" as const]),
  ]
}

export function bodyOf(typed: Typed, before: ProductShown | null): ProductBody {
  const cost = typed.cost.trim()
  return {
    sku: typed.sku.trim(),
    name: typed.name.trim(),
    category: typed.category.trim() || null,
    cost: cost || null,
    currency: cost ? typed.currency : null,
    consumed_in_days: typed.consumed,
    attributes: before?.attributes ?? {},
    ids: typed.ids.map((one) => ({
      platform: one.platform.trim(),
      shop: one.shop?.trim() || null,
      external_id: one.external_id.trim(),
    })),
  }
}
