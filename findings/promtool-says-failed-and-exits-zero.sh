#!/bin/sh
# promtool checks rules and metrics before Prometheus sees them. One would guess: where it prints FAILED its exit code is not zero, so that a build stops; and what `check metrics` takes is
# a text that Prometheus can use.
#
# `check rules` on two recording rules of the same name and labels prints FAILED and "duplicate rule(s) found", and exits 0: lint errors count only with --lint-fatal.
# `check metrics` takes in silence, with 0, a series that is there twice with two values, a histogram whose cumulative buckets fall, and one without a bucket le="+Inf" (from which
# histogram_quantile gives NaN); a name with a shortened unit (a_ms) is exit code 3. So the sense of histograms and the oneness of series want tests of their own.
#
# Package: prometheus 2.42.0+ds-5+deb12u1 (Debian 12's). PROMTOOL says where the program is.
set -eu
promtool=${PROMTOOL:-$(command -v promtool)}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
said() {
  name=$1
  shift
  code=0
  "$@" >out 2>&1 || code=$?
  failed=$(grep -c FAILED out || true)
  echo "$name: exit code $code, FAILED $failed times"
}
printf 'groups:\n- name: a\n  rules:\n' >rules.yml
for n in 1 2; do printf '  - record: a:b\n    expr: sum(up)\n' >>rules.yml; done
printf '# HELP a_total x\n# TYPE a_total counter\na_total 1\na_total 2\n' >twice
printf '# HELP h_seconds x\n# TYPE h_seconds histogram\nh_seconds_bucket{le="1"} 5\nh_seconds_bucket{le="+Inf"} 3\nh_seconds_sum 1\nh_seconds_count 3\n' >falling
printf '# HELP h_seconds x\n# TYPE h_seconds histogram\nh_seconds_bucket{le="1"} 5\nh_seconds_sum 1\nh_seconds_count 9\n' >endless
printf '# HELP a_ms x\n# TYPE a_ms gauge\na_ms 1\n' >shortened
{
  said 'a rule twice' "$promtool" check rules rules.yml
  said 'a rule twice, --lint-fatal' "$promtool" check rules --lint-fatal rules.yml
  for text in twice falling endless shortened; do said "$text" sh -c "'$promtool' check metrics <$text"; done
} | tee seen
cat >expected <<'END2'
a rule twice: exit code 0, FAILED 1 times
a rule twice, --lint-fatal: exit code 3, FAILED 1 times
twice: exit code 0, FAILED 0 times
falling: exit code 0, FAILED 0 times
endless: exit code 0, FAILED 0 times
shortened: exit code 3, FAILED 0 times
END2
cmp -s expected seen || { echo 'This has changed.' >&2; exit 1; }
