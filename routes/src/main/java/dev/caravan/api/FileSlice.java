package dev.caravan.api;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What of a file answers a request: all of it, one range (206), nothing because the client has it (304) or because the range lies
 * outside (416). Several ranges at once are answered with the whole file, as RFC 9110 §14.2 allows.
 *
 * @param offset first byte
 * @param length bytes from there
 */
record FileSlice(int status, long offset, long length, Map<String, String> headers) {

    private static final Pattern RANGE = Pattern.compile("bytes=(\\d{0,18})-(\\d{0,18})");

    private static final DateTimeFormatter HTTP_DATE =
            DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ROOT).withZone(ZoneOffset.UTC);

    /**
     * @param header gives the value of a request header, or null
     * @throws ApiError 404 when the file is gone
     */
    static FileSlice of(Path file, UnaryOperator<@Nullable String> header) {
        long size;
        Instant modified;
        try {
            size = Files.size(file);
            modified = Files.getLastModifiedTime(file).toInstant();
        } catch (NoSuchFileException e) {
            throw ApiError.notFound("File not found");
        } catch (IOException e) {
            throw new IllegalStateException("cannot read " + file, e);
        }
        String tag = "\"" + Long.toHexString(modified.toEpochMilli()) + "-" + Long.toHexString(size) + "\"";
        Map<String, String> headers = new TreeMap<>();
        headers.put("ETag", tag);
        headers.put("Last-Modified", HTTP_DATE.format(modified));
        headers.put("Accept-Ranges", "bytes");
        if (matches(header.apply("If-None-Match"), tag)) {
            return new FileSlice(304, 0, 0, headers);
        }
        String range = header.apply("Range");
        String unless = header.apply("If-Range");
        boolean stale = unless != null && !unless.equals(tag) && !unless.equals(headers.get("Last-Modified"));
        if (range == null || stale) {
            return new FileSlice(200, 0, size, headers);
        }
        return slice(range, size, headers);
    }

    private static FileSlice slice(String range, long size, Map<String, String> headers) {
        Matcher match = RANGE.matcher(range.strip());
        if (!match.matches() || (match.group(1).isEmpty() && match.group(2).isEmpty())) {
            return new FileSlice(200, 0, size, headers);
        }
        Optional<Long> first = number(match.group(1));
        Optional<Long> last = number(match.group(2));
        // "bytes=-5" means the last five.
        long from = first.orElseGet(() -> Math.max(0, size - last.orElse(0L)));
        long to = first.isPresent() ? Math.min(last.orElse(size - 1), size - 1) : size - 1;
        if (from > to) {
            headers.put("Content-Range", "bytes */" + size);
            return new FileSlice(416, 0, 0, headers);
        }
        headers.put("Content-Range", "bytes " + from + "-" + to + "/" + size);
        return new FileSlice(206, from, to - from + 1, headers);
    }

    private static boolean matches(@Nullable String ifNoneMatch, String tag) {
        if (ifNoneMatch == null) {
            return false;
        }
        for (String candidate : ifNoneMatch.split(",")) {
            String bare = candidate.strip().replaceFirst("^W/", "");
            if (bare.equals("*") || bare.equals(tag)) {
                return true;
            }
        }
        return false;
    }

    private static Optional<Long> number(String digits) {
        return digits.isEmpty() ? Optional.empty() : Optional.of(Long.parseLong(digits));
    }
}
