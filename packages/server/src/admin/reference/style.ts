// The reference page's stylesheet. The page allows this one, by its hash, and no other.
import { hash } from 'node:crypto'

export const STYLE = `
:root { color-scheme: light dark; --line: light-dark(#d8dce3, #3a3f4b); --soft: light-dark(#5c6675, #9aa4b5);
  --back: light-dark(#f5f6f8, #1d2027); --link: light-dark(#0b57b8, #7ab4ff); }
* { box-sizing: border-box; }
body { margin: 0; display: grid; grid-template-columns: 17rem minmax(0, 60rem); gap: 2.5rem;
  font: 16px/1.55 system-ui, sans-serif; }
nav { position: sticky; top: 0; height: 100vh; overflow: auto; padding: 1.25rem; background: var(--back);
  border-right: 1px solid var(--line); font-size: .9rem; }
nav p { margin: 1rem 0 .2rem; color: var(--soft); font-weight: 600; }
nav .name { margin-top: 0; color: inherit; }
nav ul { list-style: none; margin: 0; padding: 0; }
main { padding: 1.25rem 1.25rem 6rem 0; }
a { color: var(--link); text-decoration: none; }
a:hover { text-decoration: underline; }
h2 { margin-top: 3rem; padding-bottom: .3rem; border-bottom: 1px solid var(--line); }
section { scroll-margin-top: 1rem; margin-top: 2.2rem; }
h4 { margin: 1.1rem 0 .3rem; font-size: .95rem; }
small, .role, .type { color: var(--soft); font-size: .85em; font-weight: 400; }
code { font: .9em ui-monospace, monospace; overflow-wrap: anywhere; }
.route { padding: .45rem .7rem; background: var(--back); border: 1px solid var(--line); border-radius: 6px; }
.role { float: right; }
table { border-collapse: collapse; width: 100%; font-size: .93rem; }
td, th { padding: .3rem .7rem .3rem 0; text-align: left; vertical-align: top; border-bottom: 1px solid var(--line); }
td:first-child { width: 30%; }
td:nth-child(2) { width: 30%; overflow-wrap: anywhere; }
.depth-1 { padding-left: 1.2rem; } .depth-2 { padding-left: 2.4rem; }
.depth-3 { padding-left: 3.6rem; } .depth-4 { padding-left: 4.8rem; }
dt { float: left; clear: left; width: 3.5rem; }
dd { margin: 0 0 .35rem 3.5rem; }
tr:target, section:target > h3 { background: light-dark(#fff3c4, #4a4020); }
@media (max-width: 60rem) { body { display: block; } nav { position: static; height: auto; }
  main { padding: 1.25rem; } }
`

export const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${hash('sha256', STYLE, 'base64')}'`,
  "frame-ancestors 'none'",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ')
