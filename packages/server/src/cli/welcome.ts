// What `weir start` says once it serves: where, with which key, and a line to paste.
import type { Snapshot } from '@weir/core/config'
import { paint, print } from './output.ts'

/** The demo's key is shown; any other stays where it is, and is shown as the variable that holds it. */
export type WelcomeKey =
  | { readonly kind: 'demo'; readonly key: string }
  | { readonly kind: 'environment'; readonly name: string }

export interface Welcome {
  readonly dataUrl: string
  readonly controlUrl: string
  /** The first admin token of a new store: shown here, once. */
  readonly firstToken?: string
  readonly key: WelcomeKey
  readonly snapshot: Snapshot
}

export function printWelcome(welcome: Welcome): void {
  const { dataUrl, snapshot } = welcome
  const isDemo = welcome.key.kind === 'demo'
  const key = welcome.key.kind === 'demo' ? welcome.key.key : `$${welcome.key.name}`
  print(
    `\n${paint('bold', 'Weir')} serves ${paint('cyan', `${dataUrl}/v1`)}${isDemo ? ' (demo: two simulated models)' : ''}\n`,
  )
  print(`  key      ${key}`)
  for (const line of describeRouters(snapshot)) print(line)
  print(`  control  ${welcome.controlUrl}/api/v1`)
  if (welcome.firstToken !== undefined) {
    print(`  token    ${welcome.firstToken}`)
    print(
      `           for the control API, as an admin; ${isDemo ? 'also in connection.json' : 'it is not shown again'}`,
    )
  }
  const router = Object.keys(snapshot.routers)[0]
  if (router !== undefined) printExamples(dataUrl, key, router)
}

function describeRouters(snapshot: Snapshot): string[] {
  return Object.values(snapshot.routers).map((router, index) => {
    const last = router.routes.at(-1)
    const lowest = Math.min(...(last?.variants.map(variant => variant.priority) ?? [0]))
    const shares = last?.variants
      .filter(variant => variant.priority === lowest)
      .map(variant => `${variant.id} ${variant.weight}`)
    return `  ${index === 0 ? 'routers' : '       '}  ${router.id.padEnd(12)} ${shares?.join(' / ')}, by ${router.units.join(', ')}`
  })
}

/** Lines for a shell: the header is in double quotes, so that a variable in it is expanded. */
function printExamples(dataUrl: string, key: string, router: string): void {
  const url = `${dataUrl}/v1/chat/completions`
  const headers = `-H "authorization: Bearer ${key}" -H 'content-type: application/json'`
  const request = (user: string, maxTokens: number) =>
    `{"model":"${router}","user":"${user}","max_tokens":${maxTokens},"messages":[{"role":"user","content":"Hello"}]}`
  print(`\n${paint('bold', 'One request')}`)
  print(`curl ${url} ${headers} -d '${request('ada', 40)}'`)
  print(`\n${paint('bold', 'The split, over fifty users')}`)
  print(
    `for i in $(seq 50); do curl -s -o /dev/null -D - ${url} ${headers} -d "${request('user-$i', 1).replaceAll('"', '\\"')}" | grep -i '^x-weir-variant'; done | sort | uniq -c\n`,
  )
}
