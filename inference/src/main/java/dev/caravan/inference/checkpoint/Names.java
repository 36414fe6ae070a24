package dev.caravan.inference.checkpoint;

import java.util.Collection;
import java.util.stream.Collectors;

/** Names that strangers chose - of tensors, of files - as a line for a person may have them. */
public final class Names {

    private static final int LONGEST = 80;
    private static final int FEW = 3;

    private Names() {}

    /** Of bounded length, without characters that are not seen or turn the line around. */
    public static String shown(String name) {
        String cut = name.length() <= LONGEST ? name : name.substring(0, LONGEST) + "...";
        return cut.replaceAll("[\\p{Cntrl}\\p{Cf}\\p{Cs}\\p{Zl}\\p{Zp}]", "?");
    }

    /** The first few of many. */
    public static String few(Collection<String> names) {
        return names.stream().limit(FEW).map(Names::shown).collect(Collectors.joining(", "));
    }
}
