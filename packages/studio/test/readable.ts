import type { Page } from 'playwright-core'

/** WCAG 2.2, 1.4.3: text below 24 px needs this contrast. */
const LEAST_CONTRAST = 4.5

/** Texts on the page whose contrast with what lies behind them is too low, with the contrast. */
export const unreadable = (page: Page): Promise<string[]> =>
  page.evaluate((least) => {
    const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true })!
    // A canvas understands every notation of a colour that style sheets may use.
    const rgba = (color: string): number[] => {
      canvas.clearRect(0, 0, 1, 1)
      canvas.fillStyle = color
      canvas.fillRect(0, 0, 1, 1)
      return [...canvas.getImageData(0, 0, 1, 1).data]
    }
    const luminance = ([r = 0, g = 0, b = 0]: number[]) => {
      const linear = [r, g, b].map((v) => (v <= 10 ? v / 3294.6 : ((v / 255 + 0.055) / 1.055) ** 2.4))
      return 0.2126 * linear[0]! + 0.7152 * linear[1]! + 0.0722 * linear[2]!
    }
    const behind = (element: Element | null): number[] => {
      for (let at = element; at; at = at.parentElement) {
        const color = rgba(getComputedStyle(at).backgroundColor)
        if (color[3]! > 200) return color
      }
      return [255, 255, 255, 255]
    }
    const found = new Set<string>()
    for (const element of document.body.querySelectorAll('*')) {
      const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent?.trim())
      if (!own || element.closest('svg, .sr-only') || !element.checkVisibility()) continue
      const [a, b] = [luminance(rgba(getComputedStyle(element).color)), luminance(behind(element))]
      const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05)
      if (contrast < least) found.add(`${contrast.toFixed(2)}: ${element.textContent!.slice(0, 40)}`)
    }
    return [...found]
  }, LEAST_CONTRAST)

/** What a screen reader could not name, and what stands twice or not at all. */
export const unnamed = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    const found: string[] = []
    const count = (selector: string, least: number, most: number) => {
      const { length } = document.querySelectorAll(selector)
      if (length < least || length > most) found.push(`${length} × ${selector}`)
    }
    count('h1', 1, 1)
    count('main', 1, 1)
    count('html[lang]', 1, 1)
    for (const element of document.querySelectorAll('a, button, input, svg[role=img]')) {
      const labels = element instanceof HTMLInputElement ? [...(element.labels ?? [])] : []
      const name =
        element.getAttribute('aria-label') ?? [element, ...labels].map((e) => e.textContent).join('')
      if (!name?.trim()) found.push(`no name: ${element.outerHTML.slice(0, 80)}`)
    }
    const ids = [...document.querySelectorAll('[id]')].map(({ id }) => id)
    for (const id of ids) if (ids.indexOf(id) !== ids.lastIndexOf(id)) found.push(`twice: #${id}`)
    return found
  })
