import { useTitle } from '../components/title.ts'
import { BlockList } from '../home/block-list.tsx'
import { Deeds } from '../home/deeds.tsx'
import { KeeperLog } from '../home/keeper-log.tsx'
import { Running } from '../home/running.tsx'

export const Home = () => {
  useTitle(undefined)
  return (
    <div className="grid gap-x-8 gap-y-8 lg:grid-cols-[minmax(0,1fr)_24rem]">
      <div className="min-w-0 space-y-8">
        <Running />
        <Deeds />
        <KeeperLog />
      </div>
      <BlockList />
    </div>
  )
}
