// Every peer the bench knows, in the order they take turns.
import { direct } from './direct.ts'
import { haproxy } from './haproxy.ts'
import { minimal } from './minimal.ts'
import { nginx } from './nginx.ts'
import { PEER_NAMES, type Peer, type PeerName } from './peer.ts'
import { portkey, portkeyTranslated } from './portkey.ts'
import { weir, weirBefore, weirLibrary, weirTranslated } from './weir.ts'

const byName = (before: string | undefined): Readonly<Record<PeerName, Peer>> => ({
  direct,
  nginx,
  haproxy,
  minimal,
  weir,
  'weir-before': weirBefore(before),
  'weir-translated': weirTranslated,
  'weir-library': weirLibrary,
  portkey,
  'portkey-translated': portkeyTranslated,
})

/** The direct call is always among them: latencies are counted from it. `before` is the checkout of `weir-before`. */
export function peersNamed(names: readonly PeerName[], before: string | undefined): readonly Peer[] {
  const known = byName(before)
  return PEER_NAMES.filter(name => name === 'direct' || names.includes(name)).map(name => known[name])
}
