/** The name that `word` was probably meant to be: the one in fewest edits, if those are at most a third of it. */
export const nearest = (word: string, names: readonly string[]): string | undefined => {
  let best: { name: string; edits: number } | undefined
  for (const name of names) {
    const edits = name.startsWith(word) && word.length > 1 ? 1 : distance(word, name)
    if (!best || edits < best.edits) best = { name, edits }
  }
  return best && best.edits <= Math.max(1, Math.floor(best.name.length / 3)) ? best.name : undefined
}

/** Edits (insert, delete, replace, swap of neighbours) from `a` to `b`: optimal string alignment. */
const distance = (a: string, b: string): number => {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, j) => j)]
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const replace = rows[i - 1]![j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)
      row[j] = Math.min(rows[i - 1]![j]! + 1, row[j - 1]! + 1, replace)
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        row[j] = Math.min(row[j]!, rows[i - 2]![j - 2]! + 1)
      }
    }
    rows.push(row)
  }
  return rows[a.length]![b.length]!
}
