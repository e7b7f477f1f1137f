/** How often a host says that it is there. */
export const beatMs = 500;

/** A host that was not heard for so long is taken for gone. */
export const silenceMs = 3_000;

/** Whether those are gone that were not heard is looked at so often. */
export const lookMs = 250;
