import { generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto';
import { AsnConvert, OctetString } from '@peculiar/asn1-schema';
import {
  AlgorithmIdentifier,
  AttributeTypeAndValue,
  AttributeValue,
  BasicConstraints,
  Certificate,
  ExtendedKeyUsage,
  Extension,
  Extensions,
  GeneralName,
  GeneralSubtree,
  GeneralSubtrees,
  id_ce_authorityKeyIdentifier,
  id_ce_basicConstraints,
  id_ce_extKeyUsage,
  id_ce_keyUsage,
  id_ce_nameConstraints,
  id_ce_subjectAltName,
  id_ce_subjectKeyIdentifier,
  id_kp_serverAuth,
  AuthorityKeyIdentifier,
  KeyIdentifier,
  KeyUsage,
  KeyUsageFlags,
  Name,
  NameConstraints,
  RelativeDistinguishedName,
  SubjectAlternativeName,
  SubjectKeyIdentifier,
  SubjectPublicKeyInfo,
  TBSCertificate,
  Validity,
  Version,
} from '@peculiar/asn1-x509';

// Certificates as RFC 5280 has them, signed with ECDSA on P-256: a pair of keys takes 0.1 ms, a certificate 2.

/** A certificate and its key, as TLS takes them. */
export interface Identity {
  readonly cert: string;
  readonly key: KeyObject;
}

const ecdsaWithSha256 = '1.2.840.10045.4.3.2';
const commonName = '2.5.4.3';
const dayMs = 86_400_000;
/** Guests' clocks may be behind, and an authority is good for longer than any instance lives. */
const validFor = { beforeMs: dayMs, afterMs: 30 * dayMs };

/** What an authority and what it signs have in common. */
interface Issuer extends Identity {
  readonly name: string;
  readonly keyId: ArrayBuffer;
}

/** An authority of its own for these hosts (`name`, `*.name`) and for no other: a certificate of another name is none, whoever signed it. */
export function makeAuthority(name: string, hosts: readonly string[], wallMs: number): Issuer {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const keyId = randomBytes(20);
  const permitted = hosts.map(
    (host) => new GeneralSubtree({ base: new GeneralName({ dNSName: host.replace(/^\*\./, '') }) }),
  );
  const extensions = [
    extension(id_ce_basicConstraints, true, new BasicConstraints({ cA: true, pathLenConstraint: 0 })),
    extension(id_ce_keyUsage, true, new KeyUsage(KeyUsageFlags.keyCertSign)),
    extension(id_ce_nameConstraints, true, new NameConstraints({ permittedSubtrees: new GeneralSubtrees(permitted) })),
    extension(id_ce_subjectKeyIdentifier, false, new SubjectKeyIdentifier(bytes(keyId))),
  ];
  const issuer = { name, key: privateKey, keyId: bytes(keyId) };
  return { ...issuer, cert: signed(name, publicKey, extensions, issuer, wallMs) };
}

/** A certificate for one host. */
export function makeHostIdentity(host: string, issuer: Issuer, wallMs: number): Identity {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const authority = new AuthorityKeyIdentifier({ keyIdentifier: new KeyIdentifier(issuer.keyId) });
  const extensions = [
    extension(id_ce_basicConstraints, true, new BasicConstraints({ cA: false })),
    extension(id_ce_keyUsage, true, new KeyUsage(KeyUsageFlags.digitalSignature)),
    extension(id_ce_extKeyUsage, false, new ExtendedKeyUsage([id_kp_serverAuth])),
    extension(id_ce_subjectAltName, false, new SubjectAlternativeName([new GeneralName({ dNSName: host })])),
    extension(id_ce_authorityKeyIdentifier, false, authority),
    extension(id_ce_subjectKeyIdentifier, false, new SubjectKeyIdentifier(bytes(randomBytes(20)))),
  ];
  // A common name has at most 64 characters; nobody looks at it where there is an alternative one.
  return { key: privateKey, cert: signed(host.slice(0, 64), publicKey, extensions, issuer, wallMs) };
}

/** The key as PEM, for contexts of TLS. */
export function keyText(key: KeyObject): string {
  return String(key.export({ type: 'pkcs8', format: 'pem' }));
}

function signed(
  subject: string,
  publicKey: KeyObject,
  extensions: Extension[],
  issuer: Pick<Issuer, 'name' | 'key'>,
  wallMs: number,
): string {
  const algorithm = new AlgorithmIdentifier({ algorithm: ecdsaWithSha256 });
  const spki = publicKey.export({ type: 'spki', format: 'der' });
  const tbsCertificate = new TBSCertificate({
    version: Version.v3,
    // Positive, and of at most 20 bytes.
    serialNumber: bytes(Buffer.concat([Buffer.of(1), randomBytes(15)])),
    signature: algorithm,
    issuer: nameOf(issuer.name),
    subject: nameOf(subject),
    validity: new Validity({
      notBefore: new Date(wallMs - validFor.beforeMs),
      notAfter: new Date(wallMs + validFor.afterMs),
    }),
    subjectPublicKeyInfo: AsnConvert.parse(spki, SubjectPublicKeyInfo),
    extensions: new Extensions(extensions),
  });
  const signature = sign('sha256', Buffer.from(AsnConvert.serialize(tbsCertificate)), issuer.key);
  const certificate = new Certificate({
    tbsCertificate,
    signatureAlgorithm: algorithm,
    signatureValue: bytes(signature),
  });
  const lines =
    Buffer.from(AsnConvert.serialize(certificate))
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n');
}

function nameOf(text: string): Name {
  const value = new AttributeValue({ utf8String: text });
  return new Name([new RelativeDistinguishedName([new AttributeTypeAndValue({ type: commonName, value })])]);
}

function extension(extnID: string, critical: boolean, value: object): Extension {
  return new Extension({ extnID, critical, extnValue: new OctetString(AsnConvert.serialize(value)) });
}

function bytes(buffer: Buffer): ArrayBuffer {
  return new Uint8Array(buffer).buffer;
}
