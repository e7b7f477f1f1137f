#!/bin/sh
# XML knows two kinds of references to a character: the five names (&quot; …) and numbers (&#34; and &#x22;), and every XML processor must replace both. One would guess that a parser whose
# "processEntities" is on by default replaces numbers as it replaces names.
#
# fast-xml-parser replaces only the names: a number stays as it stands, unless "htmlEntities" is set, whose name says nothing of it. It matters where a server of S3's protocol reads what
# clients write: rclone (Go's encoding/xml) writes the quotes of an ETag as &#34; in CompleteMultipartUpload, the AWS SDKs as &quot;, so that one client's uploads fail and another's do not.
#
# Packages: fast-xml-parser 5.12.1 from npm, Node. Source: XML 1.0, 4.1 and 4.4; encoding/xml's EscapeText writes &#34;.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund fast-xml-parser@5.12.1 >/dev/null
cat >look.mjs <<'END'
import { XMLParser } from 'fast-xml-parser';
for (const options of [{}, { htmlEntities: true }])
  for (const quote of ['&quot;', '&#34;', '&#x22;']) {
    const { ETag } = new XMLParser(options).parse(`<ETag>${quote}abc${quote}</ETag>`);
    console.log(`${JSON.stringify(options)} ${quote} becomes ${ETag}`);
  }
END
node look.mjs | tee seen
grep -qF '{} &quot; becomes "abc"' seen && grep -qF '{} &#34; becomes &#34;abc&#34;' seen && grep -qF '{} &#x22; becomes &#x22;abc&#x22;' seen &&
  [ "$(grep -c '^{"htmlEntities":true} .* becomes "abc"$' seen)" = 3 ] || {
  echo 'This has changed.' >&2
  exit 1
}
