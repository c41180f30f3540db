// What a prompt's images and documents count as: the same in every format, for nothing here looks into them.

/** About what vendors count for a picture of half a megapixel. */
export const IMAGE_TOKENS = 750

/** About what vendors count for a page. */
export const DOCUMENT_TOKENS = 1500
