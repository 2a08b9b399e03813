/** The text of a source as compilers count it. */
import { createHash } from 'node:crypto'

export interface SourceFile {
  /** As people know it: `src/Bank.sol`. */
  readonly name: string
  /** One character for each byte of its UTF-8 (`latin1`), because source maps count bytes. */
  readonly bytes: string
}

/** The same object for the same source, so that many contracts share its outline. */
export const sourceFile = (name: string, content: string): SourceFile => {
  const key = createHash('sha1').update(name).update('\0').update(content).digest('base64')
  const known = KNOWN.get(key)
  if (known) return known
  const file = { name, bytes: Buffer.from(content, 'utf8').toString('latin1') }
  if (KNOWN.size >= MAX_KNOWN) KNOWN.clear()
  KNOWN.set(key, file)
  return file
}

const KNOWN = new Map<string, SourceFile>()
const MAX_KNOWN = 5_000

/** Text out of such bytes. */
export const textOf = (bytes: string): string => Buffer.from(bytes, 'latin1').toString('utf8')
