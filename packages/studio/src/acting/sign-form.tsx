import type { Deed } from '@deed/platform'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { chainIdQuery } from '../chain/queries.ts'
import { Button } from '../components/ui/button.tsx'
import { spaced } from '../format/words.ts'
import { useActor } from './actor.ts'
import { failureWords, send } from './send.ts'
import { showsMore } from './shows-more.ts'
import { signature } from './sign.ts'

/** Signs for the person before the page, if it is a party that has not signed yet. */
export const SignForm = ({ deed, now }: { deed: Deed; now: number }) => {
  const actor = useActor()
  const chainId = useQuery(chainIdQuery).data
  const queries = useQueryClient()
  const [said, setSaid] = useState<{ readonly text: string; readonly failed?: boolean }>()
  const party = deed.parties.find(({ address, role }) => role === 'party' && address === actor?.address)
  if (!actor || !party || party.signed !== undefined || !deed.outline) return null
  const press = async () => {
    if (chainId === undefined) return
    setSaid({ text: actor.wallet ? `Read the values and sign them in ${actor.wallet} …` : 'Signs …' })
    try {
      const call = await signature(deed, actor, now)
      await send(actor, chainId, [call], (text) => setSaid({ text }))
      await showsMore(queries, deed)
      setSaid(undefined)
    } catch (error) {
      setSaid({ text: failureWords(error), failed: true })
    }
  }
  return (
    <div className="px-4 pt-3 sm:px-5 print:hidden">
      <Button tone="seal" onClick={() => void press()} disabled={said !== undefined && !said.failed}>
        Sign as {spaced(party.name ?? 'party')}
      </Button>
      <p aria-live="polite" className={`mt-1.5 text-sm ${said?.failed ? 'text-seal' : 'text-muted'}`}>
        {said?.text ?? 'You sign the text’s hash and every agreed value, for this deed on this chain alone.'}
      </p>
    </div>
  )
}
