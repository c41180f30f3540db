// Every peer the bench knows, in the order they take turns.
import { direct } from './direct.ts'
import { haproxy } from './haproxy.ts'
import { minimal } from './minimal.ts'
import { nginx } from './nginx.ts'
import { PEER_NAMES, type Peer, type PeerName } from './peer.ts'
import { portkey } from './portkey.ts'
import { weir } from './weir.ts'

const BY_NAME: Readonly<Record<PeerName, Peer>> = { direct, nginx, haproxy, minimal, weir, portkey }

/** The direct call is always among them: latencies are counted from it. */
export const peersNamed = (names: readonly PeerName[]): readonly Peer[] =>
  PEER_NAMES.filter(name => name === 'direct' || names.includes(name)).map(name => BY_NAME[name])
