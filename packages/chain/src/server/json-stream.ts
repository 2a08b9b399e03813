/**
 * Cuts a stream of text into the JSON objects and lists that follow one another in it.
 *
 * @param take is given each of them as text.
 * @returns Takes the next piece; `false` when it can go no further: something else stands between them, or one is
 *   longer than `maxLength`.
 */
export const createSplitter = (
  take: (text: string) => void,
  maxLength: number,
): ((piece: string) => boolean) => {
  let kept = ''
  let depth = 0
  let inString = false
  let isEscaped = false
  return (piece) => {
    let start = 0
    for (let at = 0; at < piece.length; at++) {
      const sign = piece[at]!
      if (inString) {
        if (isEscaped) isEscaped = false
        else if (sign === '\\') isEscaped = true
        else if (sign === '"') inString = false
        continue
      }
      if (depth === 0) {
        if (sign === '{' || sign === '[') {
          depth = 1
          start = at
        } else if (!' \t\n\r'.includes(sign)) return false
        continue
      }
      if (sign === '"') inString = true
      else if (sign === '{' || sign === '[') depth++
      else if ((sign === '}' || sign === ']') && --depth === 0) {
        take(kept + piece.slice(start, at + 1))
        kept = ''
      }
    }
    if (depth > 0) kept += piece.slice(kept === '' ? start : 0)
    return kept.length <= maxLength
  }
}
