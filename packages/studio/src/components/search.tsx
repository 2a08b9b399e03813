import { useNavigate } from '@tanstack/react-router'
import { type FormEvent, useEffect, useRef, useState } from 'react'

/** Where a search leads; undefined for what is neither a number nor a whole hash or address. */
const target = (text: string) => {
  const query = text.trim().toLowerCase().replaceAll(',', '')
  if (/^\d{1,15}$/.test(query)) return { to: '/block/$id', params: { id: query } } as const
  if (/^0x[0-9a-f]{64}$/.test(query)) return { to: '/tx/$hash', params: { hash: query } } as const
  if (/^0x[0-9a-f]{40}$/.test(query)) return { to: '/address/$address', params: { address: query } } as const
  return undefined
}

export const Search = () => {
  const navigate = useNavigate()
  const input = useRef<HTMLInputElement>(null)
  const [wrong, setWrong] = useState(false)

  useEffect(() => {
    const slash = (event: KeyboardEvent) => {
      const typing = (event.target as HTMLElement).closest('input, textarea, select, [contenteditable]')
      if (event.key !== '/' || typing || event.ctrlKey || event.metaKey) return
      event.preventDefault()
      input.current?.focus()
    }
    addEventListener('keydown', slash)
    return () => removeEventListener('keydown', slash)
  }, [])

  const submit = (event: FormEvent) => {
    event.preventDefault()
    const found = target(input.current!.value)
    setWrong(!found)
    if (!found) return
    input.current!.value = ''
    input.current!.blur()
    void navigate(found)
  }

  return (
    <search className="w-full">
      <form onSubmit={submit} className="relative">
        <input
          ref={input}
          type="search"
          name="query"
          aria-label="Find a block, transaction or address"
          aria-invalid={wrong}
          aria-describedby={wrong ? 'search-wrong' : undefined}
          aria-keyshortcuts="/"
          autoComplete="off"
          spellCheck={false}
          placeholder="Block, transaction or address"
          onInput={() => setWrong(false)}
          className="h-9 w-full rounded-lg border border-line bg-surface px-3 text-sm placeholder:text-muted"
        />
        {wrong && (
          <p
            id="search-wrong"
            role="alert"
            className="absolute inset-x-0 top-full z-20 mt-1 rounded-lg border border-line bg-surface px-3 py-2 text-sm text-seal shadow-card"
          >
            Write a block’s number, a hash of 0x and 64 digits, or an address of 0x and 40 digits.
          </p>
        )}
      </form>
    </search>
  )
}
