import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { accountQuery, tokenQuery } from '../chain/queries.ts'
import { Failure } from '../components/notice.tsx'
import { useTitle } from '../components/title.ts'
import { Card } from '../components/ui/card.tsx'
import { Facts } from '../components/ui/facts.tsx'
import { useDirectory } from '../components/who.tsx'
import { nameOf } from '../decode/directory.ts'
import { ETHER, money } from '../format/money.ts'
import { short } from '../format/words.ts'
import { Nothing } from './not-found.tsx'

export const AddressPage = () => {
  const { address } = useParams({ from: '/address/$address' })
  const wellFormed = /^0x[0-9a-fA-F]{40}$/.test(address)
  const at = address.toLowerCase() as `0x${string}`
  const { data: account, error } = useQuery({ ...accountQuery(at), enabled: wellFormed })
  const token = useQuery({ ...tokenQuery(at), enabled: (account?.codeBytes ?? 0) > 0 })
  const known = useDirectory()
  const name = nameOf(known, at)
  useTitle(name ?? short(address))

  if (!wellFormed)
    return <Nothing title="This is no address">An address is 0x and 40 hexadecimal digits.</Nothing>
  const partOf = [...known.deeds.values()].filter(({ parties }) => parties.some((p) => p.address === at))
  const title = name ?? token.data?.symbol ?? (account?.codeBytes ? 'Contract' : 'Account')
  return (
    <div className="space-y-6">
      <header>
        <h1 className="font-serif text-4xl font-medium tracking-tight">{title}</h1>
        <p className="mt-1 break-all font-mono text-sm text-muted">{at}</p>
      </header>
      {error && <Failure title="The account cannot be read." error={error} />}
      <Card title="On the chain" className="pb-2">
        <div className="px-4 sm:px-5">
          <Facts
            rows={[
              ['Balance', account ? money(account.balance, ETHER) : '…'],
              ['Nonce', account ? account.nonce.toLocaleString('en-GB') : '…'],
              [
                'Code',
                account
                  ? account.codeBytes
                    ? `${account.codeBytes.toLocaleString('en-GB')} bytes`
                    : 'none'
                  : '…',
              ],
              ...(token.data
                ? [['Token', `${token.data.symbol}, ${token.data.decimals} decimals`] as const]
                : []),
            ]}
          />
        </div>
      </Card>
      {(partOf.length > 0 || known.deeds.has(at)) && (
        <Card title="Deeds" className="pb-3">
          <ul className="divide-y divide-line px-4 sm:px-5">
            {[...new Set([...(known.deeds.has(at) ? [known.deeds.get(at)!] : []), ...partOf])].map((deed) => (
              <li key={deed.address} className="flex items-baseline justify-between gap-4 py-2.5">
                <Link
                  to="/deed/$address"
                  params={{ address: deed.address }}
                  className="font-medium underline decoration-line-strong underline-offset-3"
                >
                  {nameOf(known, deed.address)}
                </Link>
                <span className="text-sm text-muted">
                  {deed.parties.find((p) => p.address === at)?.name ?? 'the deed itself'}
                </span>
              </li>
            ))}
          </ul>
        </Card>
      )}
    </div>
  )
}
