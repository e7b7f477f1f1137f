#!/bin/sh
# Grafana publishes the types of its dashboards (@grafana/schema). One would guess that a dashboard as Grafana itself exports it, which is JSON, satisfies them, so that TypeScript finds what is
# mistaken in one: no other check is to be had without a running Grafana.
#
# It does not: values such as "mode": "absolute" are enumerations there, and no text is assignable to those, whatever it says (numbers are: "graphTooltip": 1). With each enumeration of texts replaced by
# the texts that it stands for (`${T}` of such a type T) the same dashboard is taken, and a mode that there is not is refused. Also, `Panel` itself takes anything as "options" and
# "custom": what they may be is said by a type for each kind of panel, below dist/esm/raw/composable.
#
# Packages: @grafana/schema 13.2.3 and typescript 5.9.3 from npm. Source: dist/types/raw/dashboard/x/types.gen.d.ts, enum ThresholdsMode.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund @grafana/schema@13.2.3 typescript@5.9.3 >/dev/null 2>&1
check() {
  cat >look.ts <<END
import type { ThresholdsConfig } from '@grafana/schema';
type Plain<T> = T extends string ? \`\${T}\` : T extends number | boolean | null | undefined ? T : { [K in keyof T]: Plain<T[K]> };
export const config = { mode: '$2', steps: [{ color: 'green', value: null }] } satisfies $1;
END
  if npx tsc --noEmit --strict --skipLibCheck --module esnext --moduleResolution bundler look.ts >said; then echo "$1 takes the mode $2"; else echo "$1 refuses the mode $2"; fi
}
{
  check ThresholdsConfig absolute
  check 'Plain<ThresholdsConfig>' absolute
  check 'Plain<ThresholdsConfig>' absolut
} | tee seen
grep -qFx 'ThresholdsConfig refuses the mode absolute' seen && grep -qFx 'Plain<ThresholdsConfig> takes the mode absolute' seen && grep -qFx 'Plain<ThresholdsConfig> refuses the mode absolut' seen || {
  echo 'This has changed.' >&2
  exit 1
}
