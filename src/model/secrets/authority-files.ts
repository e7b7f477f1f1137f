/** Where a container has whom its code is to trust beside others: that authority, and it with all of the system's. */
export const authorityFiles = {
  folder: '.heddle',
  own: '/opt/.heddle/authority.pem',
  all: '/opt/.heddle/authorities.pem',
} as const;
