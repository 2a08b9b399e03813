/** The name that `word` was probably meant to be: the one in fewest edits, if those are at most a third of it. */
export const nearest = (word: string, names: readonly string[]): string | undefined => {
  let best: { name: string; edits: number } | undefined
  for (const name of names) {
    const edits = distance(word.toLowerCase(), name.toLowerCase())
    if (
      edits <= Math.max(1, Math.floor(word.length / 3)) &&
      edits < word.length &&
      (!best || edits < best.edits)
    )
      best = { name, edits }
  }
  return best?.name
}

/** Levenshtein's. */
const distance = (a: string, b: string): number => {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++)
      next[j] = Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1))
    row = next
  }
  return row[b.length]!
}
