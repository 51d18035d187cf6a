// What Django's JavaScript catalogue leaves at the window; pages load it before their modules (`{% script_texts %}`).

/** The text in the page's language. */
declare function gettext(text: string): string;

/** The form of the text that the page's language uses for this number. */
declare function ngettext(one: string, many: string, n: number): string;
