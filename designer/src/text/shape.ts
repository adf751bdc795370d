/** The same keys, other words: each room's English texts have the shape of its Chinese ones. */
export type SameShape<T> = { [K in keyof T]: T[K] extends string ? string : SameShape<T[K]> }
