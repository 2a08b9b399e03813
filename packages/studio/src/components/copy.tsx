import { useState } from 'react'
import { Button } from './ui/button.tsx'

const SHOWN_MS = 1_500

/** Copies `text`. Where the browser gives no clipboard (plain HTTP on another host) the text can be selected. */
export const Copy = ({ text, label = 'Copy' }: { text: string; label?: string }) => {
  const [said, setSaid] = useState<string>()
  const copy = async () => {
    const copied = await navigator.clipboard?.writeText(text).then(
      () => true,
      () => false,
    )
    setSaid(copied ? 'Copied' : 'Select it')
    setTimeout(() => setSaid(undefined), SHOWN_MS)
  }
  return (
    <Button onClick={copy} aria-label={`${label}: ${text}`} className="px-2 py-0.5 text-xs text-muted">
      <span aria-live="polite">{said ?? label}</span>
    </Button>
  )
}

/** A command line, to be copied. */
export const Command = ({ line }: { line: string }) => (
  <div className="flex items-start justify-between gap-3 rounded-lg border border-line bg-sunken px-3 py-2.5">
    <code className="min-w-0 break-words font-mono text-[13px] leading-6">{line}</code>
    <Copy text={line} />
  </div>
)
