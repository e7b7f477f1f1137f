// The second process of the hop: answers each frame (u32 length, bytes) with the same bytes.
import { connect } from 'node:net';
import { Frames, frame } from './length-prefix.ts';

const path = process.argv[2];
if (path === undefined) throw new Error('Give the path of the Unix socket to connect to.');
const socket = connect(path);
const frames = new Frames((body) => socket.write(frame(body)));
socket.on('data', (part: Buffer) => frames.push(part));
socket.on('close', () => process.exit(0));
