/** A decoded value as text; structs and lists as JSON with whole numbers as they are. */
export const shown = (value: unknown): string =>
  typeof value === 'object' && value !== null
    ? JSON.stringify(value, (_, item) => (typeof item === 'bigint' ? item.toString() : item))
    : String(value)
