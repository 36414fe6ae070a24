package dev.caravan.inference.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The expected texts are those of ftfy 6.3 (without its repair of encodings) and Python's html.unescape. */
class TextCleaningTest {

    @ParameterizedTest
    @CsvSource(textBlock = """
            '  a  cat\t\n on   it  ',            'a cat on it'
            'No Lower CASING',                   'No Lower CASING'
            '\u201cA\u201d \u2018b\u2019',       '"A" ''b'''
            '\uff21\uff22\uff11\uff01',          'AB1!'
            '\uff76\uff9e',                      '\u30ac'
            'a\u3000b',                          'a b'
            '\ufb01ne \ufb03 \u0132 \u0149',     'fine ffi IJ ''n'
            'e\u0301',                           '\u00e9'
            'ab\u0001c\u0000d\ufeffe\u007f',     'abcde'
            'a\u000cb\u001cc\u0085d',            'a bc\u2026d'
            'wait\u0091quoted\u0092',            'wait''quoted'''
            'a\u2028b',                          'a b'
            '\u00bd \u2122 \u2460',              '\u00bd \u2122 \u2460'
            '',                                  ''
            ' \n ',                              ''
            """)
    void charactersAreRepaired(String text, String cleaned) {
        assertEquals(cleaned, TextCleaning.clean(text));
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
            'cat &amp; dog',              'cat & dog'
            'cat &amp;amp;amp; dog',      'cat & dog'
            '<b> &amp;amp;amp; c',        '<b> &amp; c'
            'Q&A &unknown; &;',           'Q&A &unknown; &;'
            '&ldquo;x&rdquo;',            '"x"'
            '<i>&ldquo;x&rdquo;',         '<i>\u201cx\u201d'
            'a&ltb &notit; &hellip',      'a<b \u00acit; &hellip'
            '&NTILDE;&ntilde;',           '\u00d1\u00f1'
            '<&NTILDE;',                  '<&NTILDE;'
            '&#65;&#x42;&#67',            'ABC'
            '&#128; &#x85;',              '\u20ac \u2026'
            '&#0;&#xD800;&#1114112;&#99999999999999999999;', '\ufffd\ufffd\ufffd\ufffd'
            '&#11;a&#xFFFE;&#x1;',        'a'
            '&#0000000000000000000065;',  'A'
            '&#x1F680;',                  '\ud83d\ude80'
            '&lang;&rang;',               '\u27e8\u27e9'
            """)
    void entitiesAreTheirCharacters(String text, String cleaned) {
        assertEquals(cleaned, TextCleaning.clean(text));
    }

    @Test
    void terminalColoursAreRemovedWhole() {
        assertEquals("a red cat", TextCleaning.clean("a \u001b[31mred\u001b[0;1m cat\u001b[m"));
    }

    @Test
    void halvesOfSurrogatePairsAreReplaced() {
        assertEquals("\ufffd\ud83d\ude80\ufffda", TextCleaning.clean("\ude80\ud83d\ude80\ud83da"));
    }

    @Test
    void whatAppearsInOneRepairIsRepairedInTheNext() {
        // An entity that makes a full-width ampersand that makes another entity.
        assertEquals("<", TextCleaning.clean("&#xFF06;lt;"));
    }

    @Test
    void entitiesNestedOnPurposeEnd() {
        String nested = "&" + "amp;".repeat(100_000);
        assertTrue(TextCleaning.clean(nested).length() < nested.length());
    }
}
