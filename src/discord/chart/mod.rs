//! Draws what became of the questions of each day, as a PNG for the screen of a phone. The font is part
//! of the program, so that nothing of the system is needed.

use std::error::Error;
use std::sync::Once;

use jiff::civil::Date;
use plotters::prelude::*;
use plotters::style::register_font;
use plotters::style::text_anchor::{HPos, Pos, VPos};

/// In pixels. A phone shows it at about a third of this size.
const WIDTH: u32 = 1080;
const HEIGHT: u32 = 1240;
const MARGIN: i32 = 40;

const FONT: &str = "Roboto";
static FONT_FILE: &[u8] = include_bytes!("Roboto-Medium.ttf");

/// The parts of a bar, from below. The colours (blue and orange of Okabe and Ito, and a dark grey) differ
/// in lightness, too, so that everybody can tell them apart.
const PARTS: [(&str, RGBColor); 3] = [
    ("Answered", RGBColor(0x00, 0x72, 0xB2)),
    ("Choice offered", RGBColor(0xE6, 0x9F, 0x00)),
    ("Silent", RGBColor(0x33, 0x33, 0x33)),
];
const GRID: RGBColor = RGBColor(0xD0, 0xD0, 0xD0);
const AXIS: RGBColor = RGBColor(0x80, 0x80, 0x80);

const TITLE_SIZE: u32 = 56;
const LEGEND_SIZE: u32 = 52;
const LABEL_SIZE: u32 = 40;

/// From one line of the heading to the next.
const LINE: i32 = 66;

/// The most marks on each axis.
const DAYS_MARKED: usize = 7;
const NUMBERS_MARKED: u64 = 6;

/// The axis of days counts in tenths of a day, because a bar has a width.
const DAY: i32 = 10;
const HALF_A_BAR: i32 = 4;

/// A day, and how many questions were answered, got a choice, and got no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bar {
    pub day: Date,
    pub parts: [u64; PARTS.len()],
}

impl Bar {
    pub fn total(&self) -> u64 {
        self.parts.iter().sum()
    }
}

type Area<'a> = DrawingArea<BitMapBackend<'a>, plotters::coord::Shift>;
type Failure = Box<dyn Error + Send + Sync>;

/// The picture as a PNG file.
pub fn draw(bars: &[Bar]) -> Result<Vec<u8>, Failure> {
    static REGISTERED: Once = Once::new();
    REGISTERED.call_once(|| {
        // Without the font, drawing fails and says so.
        let _ = register_font(FONT, FontStyle::Normal, FONT_FILE);
    });
    let mut pixels = vec![0; WIDTH as usize * HEIGHT as usize * 3];
    {
        let backend = BitMapBackend::with_buffer(&mut pixels, (WIDTH, HEIGHT));
        let area = backend.into_drawing_area();
        area.fill(&WHITE)?;
        let (heading, below) = area.split_vertically(LINE * (PARTS.len() as i32 + 1) + MARGIN);
        draw_heading(&heading, bars)?;
        draw_bars(&below, bars)?;
        area.present()?;
    }
    encode(&pixels)
}

/// The title, and the legend with totals.
fn draw_heading(area: &Area<'_>, bars: &[Bar]) -> Result<(), Failure> {
    let style = |size: u32| {
        let position = Pos::new(HPos::Left, VPos::Center);
        TextStyle::from((FONT, size).into_font()).color(&BLACK).pos(position)
    };
    let last = bars.last().map_or(String::new(), |bar| bar.day.strftime("%-d %B %Y").to_string());
    let title = format!("Questions a day until {last}");
    area.draw(&Text::new(title, (MARGIN, LINE), style(TITLE_SIZE)))?;
    for (place, (name, colour)) in PARTS.iter().enumerate() {
        let middle = LINE * (place as i32 + 2);
        let total: u64 = bars.iter().map(|bar| bar.parts[place]).sum();
        // The letters stand a little above the middle of their line.
        let square = [(MARGIN, middle - 28), (MARGIN + 44, middle + 16)];
        area.draw(&Rectangle::new(square, colour.filled()))?;
        let text = format!("{name}: {total}");
        area.draw(&Text::new(text, (MARGIN + 70, middle), style(LEGEND_SIZE)))?;
    }
    Ok(())
}

fn draw_bars(area: &Area<'_>, bars: &[Bar]) -> Result<(), Failure> {
    let days = i32::try_from(bars.len())?;
    let most = bars.iter().map(Bar::total).max().unwrap_or(0).max(1);
    // The library's own marks would be at fractions of a question, and the last day would have none.
    let every = bars.len().div_ceil(DAYS_MARKED);
    let days_marked: Vec<i32> = (0..days).rev().step_by(every).map(|day| DAY * day).collect();
    let step = step(most);
    let numbers_marked: Vec<u64> = (0..=most / step).map(|mark| mark * step).collect();
    let mut chart = ChartBuilder::on(area)
        .margin_left(MARGIN / 2)
        .margin_right(2 * MARGIN)
        .x_label_area_size(2 * MARGIN)
        .y_label_area_size(3 * MARGIN)
        .build_cartesian_2d(
            (-DAY / 2..DAY * days - DAY / 2).with_key_points(days_marked),
            (0..most + most.div_ceil(20)).with_key_points(numbers_marked),
        )?;
    let day = |place: &i32| {
        let bar = usize::try_from(place / DAY).ok().and_then(|place| bars.get(place));
        bar.map_or(String::new(), |bar| bar.day.strftime("%-d %b").to_string())
    };
    chart
        .configure_mesh()
        .disable_x_mesh()
        .bold_line_style(GRID)
        .axis_style(AXIS)
        .label_style((FONT, LABEL_SIZE))
        .x_label_formatter(&day)
        .draw()?;
    for (place, bar) in (0..).map(|day| DAY * day).zip(bars) {
        let mut from = 0;
        for (part, (_, colour)) in bar.parts.iter().zip(PARTS) {
            let corners = [(place - HALF_A_BAR, from), (place + HALF_A_BAR, from + part)];
            if *part > 0 {
                chart.draw_series([Rectangle::new(corners, colour.filled())])?;
            }
            from += part;
        }
    }
    Ok(())
}

/// How far apart the marks are: 1, 2, 5, 10, 20, 50 and so on, so that there are at most
/// [`NUMBERS_MARKED`].
fn step(most: u64) -> u64 {
    let tens = std::iter::successors(Some(1_u64), |ten| ten.checked_mul(10));
    let mut steps = tens.flat_map(|ten| [1, 2, 5].map(|times| ten.saturating_mul(times)));
    steps.find(|step| most / step < NUMBERS_MARKED).unwrap_or(most)
}

fn encode(pixels: &[u8]) -> Result<Vec<u8>, Failure> {
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, WIDTH, HEIGHT);
    encoder.set_color(png::ColorType::Rgb);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(pixels)?;
    writer.finish()?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::ToSpan;
    use jiff::civil::date;

    fn bars(days: i64, parts: impl Fn(i64) -> [u64; 3]) -> Vec<Bar> {
        let first = date(2026, 9, 2);
        (0..days).map(|day| Bar { day: first + day.days(), parts: parts(day) }).collect()
    }

    /// How many pixels have each colour of a part.
    fn coloured(file: &[u8]) -> [usize; 3] {
        let mut reader = png::Decoder::new(std::io::Cursor::new(file)).read_info().unwrap();
        let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
        reader.next_frame(&mut pixels).unwrap();
        assert_eq!(pixels.len(), WIDTH as usize * HEIGHT as usize * 3);
        PARTS.map(|(_, colour)| {
            let RGBColor(red, green, blue) = colour;
            pixels.chunks(3).filter(|pixel| *pixel == [red, green, blue]).count()
        })
    }

    #[test]
    fn each_part_is_drawn_in_its_colour_and_size() {
        let legend = coloured(&draw(&bars(30, |_| [0, 0, 0])).unwrap());
        let drawn = coloured(&draw(&bars(30, |day| [day as u64 % 9, 2, 1])).unwrap());
        let [answered, offered, silent] = [0, 1, 2].map(|part| drawn[part] - legend[part]);
        assert!(answered > offered && silent > 0, "{drawn:?}");
        let twice = offered as f64 / silent as f64;
        assert!((1.9..2.1).contains(&twice), "{twice}");
    }

    #[test]
    fn any_numbers_can_be_drawn() {
        for days in [7, 30, 90] {
            for most in [0, 1, 3, 1_000, 10_000_000, u64::MAX / 100] {
                draw(&bars(days, |day| [most, day as u64 % 2, 0])).unwrap();
            }
        }
    }

    #[test]
    fn an_axis_has_few_marks_at_round_numbers() {
        for (most, expected) in [(1, 1), (5, 1), (6, 2), (38, 10), (120, 50), (12_000, 5_000)] {
            assert_eq!(step(most), expected, "{most}");
        }
    }
}
