package dev.caravan.inference.pipeline.builtin;

import dev.caravan.inference.draw.Canvas;
import dev.caravan.inference.draw.CounterBar;
import dev.caravan.inference.draw.PromptBar;
import dev.caravan.inference.draw.TextBlock;
import dev.caravan.inference.frame.Picture.I420;
import dev.caravan.inference.pipeline.Parameters.Prompt;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.InstantSource;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What the test card writes over every picture: its name, frame counter and clock (UTC), the prompt, and both machine-readable bars.
 * Text that stays is turned into dots once per change. Belongs to one stream.
 */
final class CardOverlay {

    private static final String NO_PROMPT = "(no prompt)";
    /** Two digits are enough to tell blends apart. */
    private static final int WEIGHT_DIGITS = 2;

    private final String label;
    private final InstantSource clock;

    private CardLayout layout = new CardLayout(1, 1);
    private List<Prompt> prompts = List.of();
    private TextBlock labelBlock = TextBlock.of("", 1, 1, 1);
    private TextBlock promptBlock = labelBlock;
    private int promptHash;

    CardOverlay(String label, InstantSource clock) {
        this.label = label;
        this.clock = clock;
    }

    /** @param fresh not yet handed to anybody */
    void draw(I420 fresh, long counter, List<Prompt> now) {
        update(fresh, now);
        Canvas canvas = new Canvas(fresh);
        int x = CardLayout.MARGIN;
        int y = CardLayout.MARGIN;
        int pad = layout.padding();
        String line = counterAndClock(counter);
        int lineWidth = line.length() * TextBlock.advance(layout.scale());
        canvas.shade(x - pad, y - pad, Math.max(labelBlock.width(), lineWidth) + 2 * pad, layout.panelHeight(2));
        canvas.stamp(x, y, labelBlock);
        canvas.text(x, y + layout.lineHeight(), layout.scale(), line);
        int promptTop = layout.promptTop();
        canvas.shade(x - pad, promptTop - pad, promptBlock.width() + 2 * pad, promptBlock.height() + pad);
        canvas.stamp(x, promptTop, promptBlock);
        CounterBar.write(fresh, counter);
        PromptBar.write(fresh, promptHash);
    }

    private void update(I420 picture, List<Prompt> now) {
        boolean resized = layout.width() != picture.width() || layout.height() != picture.height();
        if (resized) {
            layout = new CardLayout(picture.width(), picture.height());
            labelBlock = TextBlock.of(label, layout.textWidth(), 1, layout.scale());
        }
        if (resized || !now.equals(prompts)) {
            prompts = now;
            promptHash = PromptBar.of(now.stream().map(Prompt::text).toList());
            promptBlock = TextBlock.of(text(now), layout.textWidth(), CardLayout.PROMPT_LINES, layout.scale());
        }
    }

    private static String text(List<Prompt> prompts) {
        return switch (prompts.size()) {
            case 0 -> NO_PROMPT;
            case 1 -> prompts.getFirst().text();
            default -> prompts.stream().map(p -> p.text() + " (" + weight(p.weight()) + ")").collect(Collectors.joining(" + "));
        };
    }

    private static String weight(double weight) {
        if (!Double.isFinite(weight)) {
            return String.valueOf(weight);
        }
        return BigDecimal.valueOf(weight).setScale(WEIGHT_DIGITS, RoundingMode.HALF_UP).stripTrailingZeros().toPlainString();
    }

    /** {@code 001234  12:34:56.789}; built by hand because it is made for every frame. */
    private String counterAndClock(long counter) {
        StringBuilder line = new StringBuilder(24);
        digits(line, counter, 6);
        line.append("  ");
        long millis = Math.floorMod(clock.millis(), 86_400_000L);
        digits(line, millis / 3_600_000, 2);
        digits(line.append(':'), millis / 60_000 % 60, 2);
        digits(line.append(':'), millis / 1000 % 60, 2);
        digits(line.append('.'), millis % 1000, 3);
        return line.toString();
    }

    private static void digits(StringBuilder out, long value, int least) {
        String digits = Long.toString(value);
        out.repeat('0', Math.max(0, least - digits.length())).append(digits);
    }
}
