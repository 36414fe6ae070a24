package dev.caravan.processors.webrtc.libwebrtc;

import dev.caravan.processors.webrtc.BadOfferException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** Edits of offers and answers as text, where the library has no call for it. Pure. */
final class SdpEditor {

    private static final int MAX_MEDIA = 64;
    private static final Set<String> VIDEO_CODECS = Set.of("VP8", "VP9", "H264", "AV1");

    private SdpEditor() {}

    /**
     * One media section.
     *
     * @param kind      {@code video}, {@code audio} or {@code application}
     * @param rejected  port 0 without being bundled
     * @param mid       its id, when it has one
     * @param direction {@code sendrecv}, {@code sendonly}, {@code recvonly} or {@code inactive}
     * @param codecs    names in order of preference, upper case
     */
    record Media(String kind, boolean rejected, Optional<String> mid, String direction, List<String> codecs) {

        boolean isVideo() {
            return kind.equals("video");
        }

        /** Whether who wrote this wants to receive. */
        boolean receives() {
            return direction.equals("sendrecv") || direction.equals("recvonly");
        }
    }

    /** Refuses what is no offer of anything this hub can do, in words a client's author understands. */
    static void check(String offer) throws BadOfferException {
        if (!offer.startsWith("v=0")) {
            throw new BadOfferException("the offer's SDP does not begin with v=0");
        }
        List<Media> media = media(offer);
        if (media.size() > MAX_MEDIA) {
            throw new BadOfferException("the offer has more than " + MAX_MEDIA + " media sections");
        }
        if (media.stream().noneMatch(m -> !m.rejected() && (m.isVideo() || m.kind().equals("application")))) {
            throw new BadOfferException("the offer has neither video nor a data channel");
        }
        Optional<Media> video = media.stream().filter(m -> m.isVideo() && !m.rejected()).findFirst();
        if (video.isPresent() && video.get().codecs().stream().noneMatch(VIDEO_CODECS::contains)) {
            throw new BadOfferException(noCommonCodec(video.get()));
        }
    }

    static String noCommonCodec(Media video) {
        String offered = video.codecs().isEmpty() ? "none" : String.join(", ", video.codecs());
        return "no common video codec: offered " + (offered.length() > 100 ? offered.substring(0, 100) + "..." : offered)
                + "; VP8, VP9, H264 and AV1 are understood";
    }

    /** The media sections in order. */
    static List<Media> media(String sdp) {
        List<Media> all = new ArrayList<>();
        List<String> section = new ArrayList<>();
        for (String line : lines(sdp)) {
            if (line.startsWith("m=") && !section.isEmpty()) {
                addMedia(all, section);
                section.clear();
            }
            section.add(line);
        }
        addMedia(all, section);
        return all;
    }

    private static void addMedia(List<Media> all, List<String> section) {
        if (section.isEmpty() || !section.getFirst().startsWith("m=")) {
            return;
        }
        String[] head = section.getFirst().substring(2).split(" ");
        boolean rejected = head.length < 2 || head[1].equals("0");
        Optional<String> mid = Optional.empty();
        String direction = "sendrecv";
        List<String> codecs = new ArrayList<>();
        for (String line : section) {
            switch (line) {
                case "a=sendrecv", "a=sendonly", "a=recvonly", "a=inactive" -> direction = line.substring(2);
                case "a=bundle-only" -> rejected = false;
                default -> {
                    if (line.startsWith("a=mid:")) {
                        mid = Optional.of(line.substring("a=mid:".length()));
                    }
                }
            }
        }
        for (int i = 3; i < head.length; i++) {
            codecName(section, head[i]).ifPresent(codecs::add);
        }
        all.add(new Media(head[0], rejected, mid, direction, List.copyOf(codecs)));
    }

    /**
     * Moves codecs to the front of every video section. The library sends the first codec of the remote offer, whatever it is told
     * by other means, so this is how one is chosen; both directions follow.
     */
    static String preferCodecs(String offer, List<String> preference) {
        if (preference.isEmpty()) {
            return offer;
        }
        List<String> lines = lines(offer);
        List<String> edited = new ArrayList<>(lines.size());
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i);
            edited.add(line.startsWith("m=video ") ? reordered(line, sectionAt(lines, i), preference) : line);
        }
        return text(edited);
    }

    private static String reordered(String head, List<String> section, List<String> preference) {
        String[] part = head.split(" ");
        if (part.length < 4) {
            return head;
        }
        List<String> rest = new ArrayList<>(List.of(part).subList(3, part.length));
        List<String> ordered = new ArrayList<>();
        for (String wanted : preference) {
            for (String payload : List.copyOf(rest)) {
                if (codecName(section, payload).filter(wanted::equalsIgnoreCase).isPresent()) {
                    rest.remove(payload);
                    ordered.add(payload);
                }
            }
        }
        ordered.addAll(rest);
        return String.join(" ", part[0], part[1], part[2]) + " " + String.join(" ", ordered);
    }

    private static List<String> sectionAt(List<String> lines, int head) {
        int end = head + 1;
        while (end < lines.size() && !lines.get(end).startsWith("m=")) {
            end++;
        }
        return lines.subList(head, end);
    }

    private static Optional<String> codecName(List<String> section, String payload) {
        String prefix = "a=rtpmap:" + payload + " ";
        return section.stream()
                .filter(line -> line.startsWith(prefix))
                .map(line -> line.substring(prefix.length()).strip().split("/")[0].toUpperCase(Locale.ROOT))
                .findFirst();
    }

    /**
     * Drops groups that name a stream the offer does not declare. ffmpeg 8 writes such a group for a retransmission stream it does not
     * have, and the library refuses the whole offer for it.
     */
    static String dropDanglingSsrcGroups(String offer) {
        List<String> lines = lines(offer);
        Set<String> declared = new HashSet<>();
        for (String line : lines) {
            if (line.startsWith("a=ssrc:")) {
                declared.add(line.substring("a=ssrc:".length()).split(" ")[0]);
            }
        }
        lines.removeIf(line -> {
            List<String> part = List.of(line.split(" "));
            return line.startsWith("a=ssrc-group:") && !declared.containsAll(part.subList(1, part.size()));
        });
        return text(lines);
    }

    /**
     * Repeats the UDP host candidates of an answer under other addresses of this machine: those of the same family as the address, or
     * all when there are none. Their priority is lower, so that a direct path wins where there is one.
     */
    static String addPublicCandidates(String answer, List<InetAddress> addresses) {
        if (addresses.isEmpty()) {
            return answer;
        }
        List<String> lines = lines(answer);
        List<String[]> hosts = lines.stream()
                .filter(line -> line.startsWith("a=candidate:"))
                .map(line -> line.split(" "))
                .filter(part -> part.length >= 8 && part[2].equalsIgnoreCase("udp") && part[7].equals("host"))
                .toList();
        List<String> edited = new ArrayList<>();
        for (String line : lines) {
            edited.add(line);
            String[] part = line.split(" ");
            if (hosts.stream().noneMatch(host -> String.join(" ", host).equals(line))) {
                continue;
            }
            for (int i = 0; i < addresses.size(); i++) {
                InetAddress address = addresses.get(i);
                boolean sameFamily = isIpv6(part[4]) == address instanceof Inet6Address;
                boolean familyExists = hosts.stream().anyMatch(host -> isIpv6(host[4]) == address instanceof Inet6Address);
                if (sameFamily || !familyExists) {
                    edited.add(publicCandidate(part, address, i));
                }
            }
        }
        return text(edited);
    }

    private static String publicCandidate(String[] host, InetAddress address, int number) {
        String[] part = host.clone();
        part[0] = host[0] + "9" + number; // a foundation of its own: its checks do not speak for those of the real address
        part[3] = String.valueOf(Math.max(1, Long.parseLong(host[3]) - (number + 1L) * 0x10000));
        String text = address.getHostAddress();
        int zone = text.indexOf('%');
        part[4] = zone < 0 ? text : text.substring(0, zone);
        return String.join(" ", part);
    }

    private static boolean isIpv6(String address) {
        return address.indexOf(':') >= 0;
    }

    /** Adds the bitrate a sender begins with to the codecs of an offer, in the parameter the library reads for it. */
    static String startBitrate(String offer, int kbps) {
        if (kbps == 0) {
            return offer;
        }
        List<String> edited = new ArrayList<>();
        boolean video = false;
        for (String line : lines(offer)) {
            if (line.startsWith("m=")) {
                video = line.startsWith("m=video ");
            }
            edited.add(line);
            if (video && line.startsWith("a=rtpmap:")) {
                String[] part = line.substring("a=rtpmap:".length()).split("[ /]");
                if (part.length > 1 && VIDEO_CODECS.contains(part[1].toUpperCase(Locale.ROOT))) {
                    edited.add("a=fmtp:" + part[0] + " x-google-start-bitrate=" + kbps);
                }
            }
        }
        return text(edited);
    }

    private static List<String> lines(String sdp) {
        return new ArrayList<>(sdp.lines().filter(line -> !line.isEmpty()).toList());
    }

    private static String text(List<String> lines) {
        return String.join("\r\n", lines) + "\r\n";
    }
}
