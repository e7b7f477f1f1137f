import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import type { LayerPermission, LayerVersion } from '../../model/functions/layer.ts';
import type { LayerStore } from '../contract.ts';
import { inTransaction } from './of-functions.ts';
import { number, object, string } from './values.ts';

/** Layers in SQLite. They are read when functions are deployed, and when code is collected. */
export function sqliteLayers(database: DatabaseSync): LayerStore {
  const next = database.prepare(
    'INSERT INTO layers (account, name, last_version) VALUES (?, ?, 1) ' +
      'ON CONFLICT DO UPDATE SET last_version = last_version + 1 RETURNING last_version',
  );
  const insert = database.prepare('INSERT INTO layer_versions (account, name, version, record) VALUES (?, ?, ?, ?)');
  const select = database.prepare('SELECT record FROM layer_versions WHERE account = ? AND name = ? AND version = ?');
  const versions = database.prepare(
    'SELECT record FROM layer_versions WHERE account = ? AND name = ? ORDER BY version DESC',
  );
  const ofAccount = database.prepare('SELECT record FROM layer_versions WHERE account = ? ORDER BY name, version DESC');
  const everything = database.prepare('SELECT record FROM layer_versions');
  const replace = database.prepare(
    'UPDATE layer_versions SET record = ? WHERE account = ? AND name = ? AND version = ?',
  );
  const remove = database.prepare('DELETE FROM layer_versions WHERE account = ? AND name = ? AND version = ?');

  return {
    async publish(account, name, version) {
      return inTransaction(database, () => {
        const layer = version(Number(next.get(account, name)?.['last_version']));
        insert.run(account, name, layer.version, JSON.stringify(layer));
        return layer;
      });
    },
    async get(account, name, version) {
      const row = select.get(account, name, version);
      return row === undefined ? undefined : layerIn(row);
    },
    versions: async (account, name) => versions.all(account, name).map(layerIn),
    list: async (account) => ofAccount.all(account).map(layerIn),
    all: async () => everything.all().map(layerIn),
    async replace(layer) {
      replace.run(JSON.stringify(layer), layer.account, layer.name, layer.version);
    },
    async delete(account, name, version) {
      remove.run(account, name, version);
    },
  };
}

function layerIn(row: Record<string, SQLOutputValue>): LayerVersion {
  const from = object(JSON.parse(String(row['record'])));
  return {
    account: string(from['account']),
    name: string(from['name']),
    version: number(from['version']),
    sha256: string(from['sha256']),
    zipBytes: number(from['zipBytes']),
    bytes: number(from['bytes']),
    ...(from['extensions'] === true ? { extensions: true } : {}),
    description: string(from['description']),
    licenseInfo: string(from['licenseInfo']),
    compatibleRuntimes: list(from['compatibleRuntimes']).map(string),
    compatibleArchitectures: list(from['compatibleArchitectures']).map(string),
    createdAt: number(from['createdAt']),
    permissions: list(from['permissions']).map(permission),
    policyRevisionId: string(from['policyRevisionId']),
  };
}

function permission(value: unknown): LayerPermission {
  const from = object(value);
  return {
    statementId: string(from['statementId']),
    action: string(from['action']),
    principal: string(from['principal']),
    ...(from['organizationId'] === undefined ? {} : { organizationId: string(from['organizationId']) }),
  };
}

function list(value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw new TypeError('A part of a stored layer is no list.');
  return value;
}
