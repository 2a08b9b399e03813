/** The text of a source as compilers count it. */
export interface SourceFile {
  /** As people know it: `src/Bank.sol`. */
  readonly name: string
  /** One character for each byte of its UTF-8 (`latin1`), because source maps count bytes. */
  readonly bytes: string
}

export const sourceFile = (name: string, content: string): SourceFile => ({
  name,
  bytes: Buffer.from(content, 'utf8').toString('latin1'),
})

/** Text out of such bytes. */
export const textOf = (bytes: string): string => Buffer.from(bytes, 'latin1').toString('utf8')
