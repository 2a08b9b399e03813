import { writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { documentOf } from '@deed/agreement/language'
import { getAddress } from 'viem'
import { command } from '../../command.ts'
import { CommandError, EXIT } from '../../fault.ts'
import { flag, text } from '../../options.ts'
import { type Draft, readDraft } from '../../signing/draft.ts'
import { type Explained, renderHtml, renderText } from '../../signing/render.ts'
import { readFilling, readTerms, shownFigures } from '../../signing/terms-file.ts'

export const explain = command({
  name: 'agreement explain',
  usage: 'DEED [--json | --html FILE]',
  about: [
    'Prints the document that the parties sign, with the figures of terms.json in it, and below it what is proved. A name',
    'that is still open stands in brackets. --html writes one page that can be printed and kept.',
  ].join('\n'),
  positionals: { min: 1, max: 1 },
  options: {
    json: flag('print one JSON object: document, figures, facts'),
    html: text('FILE', 'write a page that can be printed'),
  },
  examples: [
    ['deed agreement explain examples/lease', 'in the terminal'],
    ['deed agreement explain my-lease --html my-lease.html', 'to print, or to mail'],
  ],
  run: async ({ json, html }, [shown], terminal) => {
    const draft = await readDraft(terminal.folder, shown!)
    const { explained, figures } = await explanation(draft)
    if (html !== undefined) {
      await writeFile(resolve(terminal.folder, html), renderHtml(explained)).catch((cause) => {
        throw new CommandError(
          'DEED_NOT_WRITTEN',
          `${html} cannot be written (${cause.code}). Choose another place.`,
          { cause },
        )
      })
      terminal.out(`wrote ${html}`)
    } else if (json) {
      const { document, facts, text, signers } = explained
      terminal.out(JSON.stringify({ text, document, figures: Object.fromEntries(figures), signers, facts }))
    } else terminal.out(renderText(explained, terminal))
    return EXIT.ok
  },
})

const explanation = async (
  draft: Draft,
): Promise<{ explained: Explained; figures: ReadonlyMap<string, string> }> => {
  const { model, text, outline, facts } = draft
  const terms = await readTerms(draft)
  const { filling, faults } = await readFilling(draft, terms)
  if (faults[0]) throw new CommandError(faults[0].code, faults[0].message)
  const figures = shownFigures(draft, terms, filling)
  const signers = outline.parties
    .filter(({ role }) => role === 'party')
    .map(({ name }) => ({
      party: name,
      ...(filling[name] !== undefined && { account: getAddress(filling[name] as `0x${string}`) }),
    }))
  return {
    explained: { document: documentOf(model, text, figures), facts, text: outline.text, signers },
    figures,
  }
}
