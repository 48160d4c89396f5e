const byExtension: ReadonlyMap<string, string> = new Map([
  ['png', 'image/png'], ['jpg', 'image/jpeg'], ['jpeg', 'image/jpeg'], ['gif', 'image/gif'], ['webp', 'image/webp'], ['avif', 'image/avif'], ['svg', 'image/svg+xml'],
  ['mp4', 'video/mp4'], ['webm', 'video/webm'], ['mov', 'video/quicktime'], ['mp3', 'audio/mpeg'], ['wav', 'audio/wav'], ['ogg', 'audio/ogg'], ['m4a', 'audio/mp4'],
  ['pdf', 'application/pdf'], ['json', 'application/json'], ['zip', 'application/zip'], ['txt', 'text/plain'], ['csv', 'text/csv'], ['html', 'text/html'], ['htm', 'text/html'],
  ['doc', 'application/msword'], ['xls', 'application/vnd.ms-excel'], ['ppt', 'application/vnd.ms-powerpoint'],
  ['docx', 'application/vnd.openxmlformats-officedocument.wordprocessingml.document'],
  ['xlsx', 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'],
  ['pptx', 'application/vnd.openxmlformats-officedocument.presentationml.presentation'],
]);

/** MIME type that the name of a file suggests, for files that come without one. */
export function mediaTypeOf(name: string): string | undefined {
  return byExtension.get(name.slice(name.lastIndexOf('.') + 1).toLowerCase());
}
