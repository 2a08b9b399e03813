import type { NameKind } from './names.ts'

/** What an editor calls each kind of name. */
export const TYPE_OF_NAME: Readonly<Record<NameKind, string>> = {
  party: 'a party',
  token: 'money',
  unit: 'a unit',
  feed: 'a price',
  holding: 'money that the deed holds',
  debt: 'a debt',
  value: 'a value',
  table: 'a row of a table',
  choice: 'one of a choice',
  clause: 'a clause',
  column: 'a column of a table',
}
