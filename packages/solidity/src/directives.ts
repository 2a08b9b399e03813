/** An `import` of a source: what it names and where the statement stands, in characters. */
export interface Import {
  readonly path: string
  readonly start: number
  readonly end: number
}

export interface Directives {
  readonly imports: readonly Import[]
  /** The ranges of each `pragma solidity`, such as `^0.8.20`. */
  readonly pragmas: readonly string[]
}

/**
 * The compiler reads no file by itself: every source is handed to it. So imports have to be found before it
 * runs, and pragmas before it is chosen, and neither needs a parser: both are statements that begin with a reserved
 * word and end with a semicolon. Comments and strings are passed over, and
 * those that do not end run as far as they can, so that time is linear in the length.
 */
const TOKEN =
  /\/\/[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|"(?:[^"\\\n]+|\\[\s\S])*"?|'(?:[^'\\\n]+|\\[\s\S])*'?|(?<![\w$])(?:import|pragma)(?![\w$])|;/g

export const scanDirectives = (content: string): Directives => {
  const imports: Import[] = []
  const pragmas: string[] = []
  let open: { word: string; start: number; path?: string } | undefined

  for (const { 0: token, index } of content.matchAll(TOKEN)) {
    if (token.startsWith('//') || token.startsWith('/*')) continue
    if (token === 'import' || token === 'pragma') {
      open ??= { word: token, start: index }
    } else if (token !== ';') {
      if (open) open.path ??= token.slice(1, -1)
    } else if (open) {
      if (open.word === 'import' && open.path !== undefined) {
        imports.push({ path: open.path, start: open.start, end: index + 1 })
      }
      if (open.word === 'pragma') {
        const words = content
          .slice(open.start, index)
          .replace(/\/\/[^\n]*|\/\*[\s\S]*?\*\//g, ' ')
          .trim()
        const range = /^pragma\s+solidity\s+([\s\S]+)$/.exec(words)?.[1]
        if (range) pragmas.push(range.replace(/\s+/g, ' ').replaceAll(/["']/g, '').trim())
      }
      open = undefined
    }
  }
  return { imports, pragmas }
}
