// Explains a request for the control API: read and decided as the gateway would, with nobody called.
import { explainDecision } from '@weir/core/routing'
import type { Explain } from '../admin/router/explain.ts'
import { considerRequest } from '../gateway/consider.ts'
import { wireFormats } from '../provider/registry.ts'

export const explainRequest: Explain = (snapshot, { path, headers, body, key }) => {
  const considered = considerRequest(wireFormats, snapshot, {
    path,
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])),
    body: Buffer.from(JSON.stringify(body)),
    at: Date.now(),
    ...(key !== undefined && { key }),
  })
  if (considered.kind === 'refusal') {
    const { code, message } = considered
    return { decided: false, refused: { code, message }, decision: null, steps: [] }
  }
  const steps = explainDecision(considered).map(({ stage, text }) => ({ stage, text }))
  if (considered.kind !== 'decision') return { decided: false, refused: null, decision: null, steps }
  const { reason, router, route, unit, bucket, propensity, variant, plan } = considered
  const decision = {
    reason,
    router: router?.id ?? null,
    route: route?.id ?? null,
    unit: unit === null ? null : { source: unit.source, id: unit.id },
    bucket,
    propensity,
    variant: variant.id,
    plan: plan.map(entry => entry.target.id),
  }
  return { decided: true, refused: null, decision, steps }
}
