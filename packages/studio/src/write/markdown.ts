/** The little Markdown that a hover is written in, as elements: bold, quotations, lists, code. Nothing of it is HTML. */

export const markdown = (text: string): HTMLElement => {
  const shown = element('div', 'deed-hover')
  for (const block of text.split('\n\n')) {
    const lines = block.split('\n')
    const code = /^```\n([\s\S]*)\n```$/.exec(block)
    const list = lines.filter((line) => line.startsWith('- '))
    if (code) shown.append(element('pre', '', code[1]))
    else if (block.startsWith('> ')) shown.append(element('blockquote', '', block.slice(2)))
    else {
      shown.append(...inline(element('p', ''), lines.filter((line) => !line.startsWith('- ')).join(' ')))
      if (list.length > 0) {
        const items = element('ul', '')
        items.append(...list.map((line) => element('li', '', line.slice(2))))
        shown.append(items)
      }
    }
  }
  return shown
}

const inline = (into: HTMLElement, text: string): HTMLElement[] => {
  for (const [index, piece] of text.split('**').entries())
    into.append(index % 2 === 1 ? element('strong', '', piece) : piece)
  return [into]
}

const element = (tag: string, className: string, text?: string): HTMLElement => {
  const made = document.createElement(tag)
  if (className) made.className = className
  if (text !== undefined) made.textContent = text
  return made
}
