package dev.caravan.config;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Properties;

/** The texts of the options, and how numbers, addresses, paths and lists are read from them. */
final class Values {

    private final OptionValues values;

    Values(OptionValues values) {
        this.values = values;
    }

    String text(Option option) {
        return values.text(option);
    }

    Optional<String> find(Option option) {
        return values.find(option);
    }

    /** What a message calls the option: the door its value came through. */
    String name(Option option) {
        return values.given(option).place();
    }

    /** What routes may see. */
    Properties placeholders() {
        return values.placeholders();
    }

    long number(Option option, long min, long max) throws ConfigException {
        String text = values.text(option);
        try {
            long value = Long.parseLong(text);
            if (min <= value && value <= max) {
                return value;
            }
        } catch (NumberFormatException e) {
            // Said below, with the range.
        }
        throw bad(option, text, "use a whole number from " + min + " to " + max);
    }

    boolean toggle(Option option) throws ConfigException {
        String text = values.text(option).toLowerCase(Locale.ROOT);
        return switch (text) {
            case "true", "1", "yes", "on" -> true;
            case "false", "0", "no", "off" -> false;
            default -> throw bad(option, text, "use true or false");
        };
    }

    String oneOf(Option option, String... known) throws ConfigException {
        String text = values.text(option).toLowerCase(Locale.ROOT);
        if (!List.of(known).contains(text)) {
            throw bad(option, values.text(option), "use " + String.join(", ", known));
        }
        return text;
    }

    double share(Option option) throws ConfigException {
        String text = values.text(option);
        try {
            double value = Double.parseDouble(text);
            if (0 <= value && value <= 1) {
                return value;
            }
        } catch (NumberFormatException e) {
            // Said below, with the range.
        }
        throw bad(option, text, "use a number from 0 to 1");
    }

    Optional<URI> address(Option option, String example) throws ConfigException {
        Optional<String> text = values.find(option);
        if (text.isEmpty()) {
            return Optional.empty();
        }
        try {
            URI uri = new URI(text.get());
            if (uri.getHost() != null && ("https".equals(uri.getScheme()) || "http".equals(uri.getScheme()))) {
                return Optional.of(uri);
            }
        } catch (URISyntaxException e) {
            // Said below, like an address of another kind.
        }
        throw bad(option, values.text(option), "use an address like " + example);
    }

    Optional<Path> path(Option option) throws ConfigException {
        if (find(option).isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(values.given(option).path());
        } catch (InvalidPathException e) {
            throw bad(option, text(option), "use a path");
        }
    }

    Optional<Settings.PemFiles> pemFiles(Option certificate, Option key) throws ConfigException {
        Optional<Path> chain = path(certificate);
        Optional<Path> secret = path(key);
        if (chain.isPresent() != secret.isPresent()) {
            throw new ConfigException(name(certificate) + " and " + name(key) + " go together: set both or none");
        }
        return chain.map(path -> new Settings.PemFiles(path, secret.orElseThrow()));
    }

    Optional<Secret> secret(Option option) {
        return values.find(option).map(Secret::new);
    }

    List<String> list(Option option) {
        return Arrays.stream(values.text(option).split(","))
                .map(String::strip)
                .filter(text -> !text.isEmpty())
                .toList();
    }

    List<String> lower(Option option) {
        return list(option).stream().map(text -> text.toLowerCase(Locale.ROOT)).toList();
    }

    ConfigException bad(Option option, String given, String instead) {
        return new ConfigException(name(option) + ": '" + given.replaceAll("\\p{Cntrl}", " ") + "' cannot be used, " + instead);
    }
}
