/** What is mostly connected to, and what few functions would listen on themselves: it could not be had for that any more. */
const usual = [
  80, 443, 22, 25, 465, 587, 993, 389, 636, 1_433, 1_521, 2_181, 3_306, 4_222, 5_432, 5_671, 5_672, 6_379, 6_380, 8_443,
  9_092, 9_200, 11_211, 27_017,
];
/** As many as one message between processes takes along. */
const portsMax = 48;

/** Ports that somebody may mean who asks for a name, those that his policy names first. */
export function likelyPorts(named: readonly number[]): readonly number[] {
  return [...new Set([...named, ...usual])].slice(0, portsMax);
}
