/** How Solidity is laid out: 120 columns, comments wrapped, long statements broken where a reader would. */

const COLUMNS = 120
const INDENT = '    '

/** The day of the step, by a name of its own where it is asked for more than once. */
export const dayLine = (body: readonly string[]): string[] => {
  const count =
    body
      .filter((line) => !line.trimStart().startsWith('//'))
      .join('\n')
      .match(/\btoday\b/g)?.length ?? 0
  if (count === 0) return [...body]
  if (count === 1)
    return body.map((line) =>
      line.trimStart().startsWith('//') ? line : line.replace(/\btoday\b/, '_today()'),
    )
  return ['uint32 today = _today();', ...body]
}

/** Sections of a contract, with an empty line between them, each line no longer than it may be. */
export const layOut = (lines: readonly string[]): string => `${lines.flatMap(fit).join('\n')}\n`

const fit = (line: string): string[] => {
  if (line.length <= COLUMNS) return [line]
  const [, indent, comment, rest] = /^( *)(\/\/\/? ?)?(.*)$/.exec(line)!
  if (comment) return wrapWords(rest!, `${indent}${comment}`)
  return breakCode(rest!, indent!)
}

const wrapWords = (text: string, prefix: string): string[] => {
  const lines: string[] = []
  let line = prefix
  for (const word of text.split(' ')) {
    if (line !== prefix && line.length + 1 + word.length > COLUMNS) {
      lines.push(line)
      line = prefix
    }
    line += line === prefix ? word : ` ${word}`
  }
  return [...lines, line]
}

/** A function's head is broken before each part, a statement after the last operator or comma that fits. */
const breakCode = (text: string, indent: string): string[] => {
  const head = /^function (\w+)\((.*?)\) (.*) \{$/.exec(text)
  if (head) {
    const [, name, args, rest] = head
    const parts = rest!.match(/(?:override|returns)? ?\([^)]*\)|\w+\((?:[^()]|\([^()]*\))*\)|\w+/g) ?? []
    return [
      `${indent}function ${name}(${args})`,
      ...parts.map((part) => `${indent}${INDENT}${part.trim()}`),
      `${indent}{`,
    ].flatMap((each) => (each.length > COLUMNS ? breakCode(each.trim(), indent) : [each]))
  }
  const string = /^(.*?= ?)("(?:[^"\\]|\\.)*";)$/.exec(text)
  if (string) return [`${indent}${string[1]!.trimEnd()}`, `${indent}${INDENT}${string[2]}`]
  const room = COLUMNS - indent.length
  const places = [
    ...text.matchAll(
      / (?=[-+*/] )|(?<=,) | (?=&& )| (?=\|\| )| (?=\? )| (?=: )|(?<=\()(?=[A-Za-z])|(?<= =) /g,
    ),
  ].map(({ index }) => index)
  const at = places.filter((place) => place < room && place > 12).at(-1)
  if (at === undefined) return [`${indent}${text}`]
  const rest = text.slice(at).trimStart()
  return [`${indent}${text.slice(0, at).trimEnd()}`, ...fit(`${indent}${INDENT}${rest}`)]
}
