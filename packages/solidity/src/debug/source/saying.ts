/** What a frame said when it failed, and by what it is recognised where it is written. */
export type Saying =
  | { readonly kind: 'message'; readonly text: string }
  | { readonly kind: 'custom'; readonly name: string }
  | { readonly kind: 'panic'; readonly code: number }
  /** It reverted and said nothing. */
  | { readonly kind: 'nothing' }
  /** It did not revert: out of gas, for instance. */
  | { readonly kind: 'halt' }

/** Found in a statement that can have said it. */
export const signOf = (saying: Saying): RegExp => {
  if (saying.kind === 'custom') return new RegExp(`\\b${escaped(saying.name)}\\s*[({]`)
  if (saying.kind === 'panic') return PANIC_SIGNS.get(saying.code) ?? NEVER
  if (saying.kind === 'nothing') return RAISES
  if (saying.kind === 'halt') return NEVER
  // A message that was put together, or stands in a constant, is not written there.
  const literal = escaped(Buffer.from(JSON.stringify(saying.text).slice(1, -1), 'utf8').toString('latin1'))
  return new RegExp(
    `\\b(?:require|revert)\\b[\\s\\S]*["']${literal}["']|\\brevert\\s*\\(\\s*[^"'\\s]|\\brequire\\b[^"']*,[^"']*\\)\\s*;?$`,
  )
}

const RAISES = /\b(?:require|revert)\b/
const NEVER = /(?!)/

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')

/** By the code of a panic: what in a statement can cause it. */
const PANIC_SIGNS: ReadonlyMap<number, RegExp> = new Map([
  [0x01, /\bassert\s*\(/],
  [0x11, /[-+*]/],
  [0x12, /[/%]/],
  [0x31, /\.\s*pop\s*\(/],
  [0x32, /\[/],
  [0x41, /\bnew\b/],
])
