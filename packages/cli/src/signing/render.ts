/** A document as a person reads it in a terminal, and as a page that can be printed. */
import type { Block, Document, Fact } from '@deed/agreement/language'
import type { Terminal } from '../terminal.ts'

export interface Explained {
  readonly document: Document
  readonly facts: readonly Fact[]
  /** keccak256 of the text. */
  readonly text: string
  /** Those who sign, with what is known of their accounts. */
  readonly signers: readonly { readonly party: string; readonly account?: string | undefined }[]
}

const COLUMNS = 96

export const renderText = ({ document, facts, text }: Explained, t: Terminal): string => {
  const blocks = (list: readonly Block[]) => list.map((block) => blockText(block, t))
  const clauses = document.clauses.flatMap(({ number, name, blocks: own }) => [
    t.style('bold', `${number}. ${name}`),
    ...blocks(own),
  ])
  const parts = [
    t.style('bold', document.title),
    ...blocks(document.preface),
    ...clauses,
    document.ending,
    [
      t.style('bold', 'Proved, whatever anybody does'),
      ...facts.map(({ sentence }) => wrap(`· ${sentence}`, '  ')),
    ].join('\n'),
    t.style('dim', `The text that is signed: ${text}`),
  ]
  // Bullets stand together, everything else apart.
  return parts
    .map((part, i) => `${i === 0 || (isBullet(part) && isBullet(parts[i - 1]!)) ? '' : '\n'}${part}`)
    .join('\n')
}

const isBullet = (text: string): boolean => /^ *- /.test(text)

const blockText = (block: Block, t: Terminal): string => {
  if (block.kind === 'heading') return t.style('bold', block.text)
  if (block.kind === 'prose') return wrap(block.text, '')
  if (block.kind === 'bullet') {
    const indent = '  '.repeat(block.level)
    return wrap(`${indent}- ${block.text}`, `${indent}  `)
  }
  const widths = block.rows[0]!.map((_, column) =>
    Math.max(...block.rows.map((row) => row[column]?.length ?? 0)),
  )
  return block.rows
    .map((row) => `  ${row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join('  ')}`.trimEnd())
    .join('\n')
}

const wrap = (text: string, next: string): string => {
  const lines = ['']
  const indent = /^ */.exec(text)![0]
  for (const word of text.trim().split(' ')) {
    const line = lines.at(-1)!
    if (line === '') lines[lines.length - 1] = `${lines.length === 1 ? indent : next}${word}`
    else if (line.length + 1 + word.length <= COLUMNS) lines[lines.length - 1] = `${line} ${word}`
    else lines.push(`${next}${word}`)
  }
  return lines.join('\n')
}

/** One file without scripts, fonts or addresses of others: it can be kept for as long as the deed. */
export const renderHtml = ({ document, facts, text, signers }: Explained): string => {
  const clauses = document.clauses
    .map(
      ({ number, name, blocks }) =>
        `<section>\n<h2>${number}. ${safe(name)}</h2>\n${blocksHtml(blocks)}\n</section>`,
    )
    .join('\n')
  const lines = signers
    .map(
      ({ party, account }) =>
        `<div><span></span>${safe(party)}${account ? `<code>${safe(account)}</code>` : ''}</div>`,
    )
    .join('\n')
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${safe(document.title)}</title>
<style>${STYLE}</style>
<main>
<h1>${safe(document.title)}</h1>
${blocksHtml(document.preface)}
${clauses}
<p class="ending">${safe(document.ending)}</p>
<section class="facts">
<h2>Proved, whatever anybody does</h2>
<ul>${facts.map(({ sentence }) => `<li>${safe(sentence)}</li>`).join('\n')}</ul>
</section>
<section class="signers">
${lines}
</section>
<footer>Signed is the text with the hash <code>${safe(text)}</code>, with every value above.</footer>
</main>
</html>
`
}

const blocksHtml = (blocks: readonly Block[]): string => {
  const out: string[] = []
  let depth = 0
  const level = (wanted: number) => {
    for (; depth < wanted; depth++) out.push('<ul>')
    for (; depth > wanted; depth--) out.push('</ul>')
  }
  for (const block of blocks) {
    level(block.kind === 'bullet' ? block.level + 1 : 0)
    if (block.kind === 'bullet') out.push(`<li>${safe(block.text)}</li>`)
    else if (block.kind === 'table') out.push(tableHtml(block.rows))
    else out.push(block.kind === 'heading' ? `<h3>${safe(block.text)}</h3>` : `<p>${safe(block.text)}</p>`)
  }
  level(0)
  return out.join('\n')
}

const tableHtml = ([head = [], ...body]: readonly (readonly string[])[]): string => {
  const row = (cells: readonly string[], tag: string) =>
    `<tr>${cells.map((cell) => `<${tag}>${safe(cell)}</${tag}>`).join('')}</tr>`
  return `<table><thead>${row(head, 'th')}</thead><tbody>${body.map((cells) => row(cells, 'td')).join('')}</tbody></table>`
}

const ESCAPED: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

const safe = (text: string): string => text.replace(/[&<>"']/g, (sign) => ESCAPED[sign]!)

const STYLE = `
:root{color-scheme:light dark}
body{font:16px/1.55 Georgia,"Times New Roman",serif;margin:0}
main{max-width:44rem;margin:3rem auto;padding:0 1.5rem}
h1{font-size:1.9rem;margin:0 0 1.5rem}
h2{font-size:1.15rem;margin:2rem 0 .5rem}
h3{font-size:1rem;margin:1.2rem 0 .3rem}
ul{margin:.3rem 0;padding-left:1.4rem}
table{border-collapse:collapse;margin:.8rem 0}
th,td{border-bottom:1px solid #8888;padding:.25rem .8rem .25rem 0;text-align:left}
code{font:12px/1.4 ui-monospace,Menlo,Consolas,monospace;overflow-wrap:anywhere}
.ending{margin-top:2rem;font-style:italic}
.facts{font-size:.9rem}
.signers{display:flex;flex-wrap:wrap;gap:2rem;margin:4rem 0 2rem}
.signers div{flex:1 1 14rem;break-inside:avoid}
.signers span{display:block;border-bottom:1px solid;height:3rem;margin-bottom:.3rem}
.signers code{display:block}
footer{font-size:.8rem}
@media print{:root{color-scheme:light}@page{margin:2.2cm}main{max-width:none;margin:0;padding:0}body{font-size:11pt}h2,h3{break-after:avoid}li,p,tr{break-inside:avoid}}
`
  .trim()
  .replace(/\n/g, '')
