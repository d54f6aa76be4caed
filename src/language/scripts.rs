//! Tells the language of a text that is not in Latin letters.
//!
//! The libraries know one or a few languages of a script and take every text for one of them. So
//! letters and words decide here whether it is one that we can name.

use std::ops::RangeInclusive;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;
use whatlang::Lang;

use super::fold::plain_letter;

/// The code for a language that cannot be told, as in BCP 47.
pub(super) const UNDETERMINED: &str = "und";

/// The blocks of scripts, each with the language that is written in it, or with the one that most
/// people write in it.
const SCRIPTS: &[(RangeInclusive<char>, &str)] = &[
    ('\u{370}'..='\u{3ff}', "el"),
    ('\u{400}'..='\u{52f}', "ru"),
    ('\u{531}'..='\u{58f}', "hy"),
    ('\u{590}'..='\u{5ff}', "he"),
    ('\u{600}'..='\u{6ff}', "ar"),
    ('\u{900}'..='\u{97f}', "hi"),
    ('\u{980}'..='\u{9ff}', "bn"),
    ('\u{a00}'..='\u{a7f}', "pa"),
    ('\u{a80}'..='\u{aff}', "gu"),
    ('\u{b00}'..='\u{b7f}', "or"),
    ('\u{b80}'..='\u{bff}', "ta"),
    ('\u{c00}'..='\u{c7f}', "te"),
    ('\u{c80}'..='\u{cff}', "kn"),
    ('\u{d00}'..='\u{d7f}', "ml"),
    ('\u{d80}'..='\u{dff}', "si"),
    ('\u{e00}'..='\u{e7f}', "th"),
    ('\u{e80}'..='\u{eff}', "lo"),
    ('\u{1000}'..='\u{104f}', "my"),
    ('\u{10d0}'..='\u{10ff}', "ka"),
    ('\u{1780}'..='\u{17ff}', "km"),
    ('\u{1f00}'..='\u{1fff}', "el"),
    // Japanese mixes these two blocks, and Chinese uses the last two.
    ('\u{3041}'..='\u{30ff}', "zh"),
    ('\u{3400}'..='\u{9fff}', "zh"),
    ('\u{20000}'..='\u{3ffff}', "zh"),
    ('\u{ac00}'..='\u{d7a3}', "ko"),
];

/// Latin, and phonetic alphabets, of whose letters people make faces.
const LATIN: &[RangeInclusive<char>] = &[
    '\0'..='\u{2ff}',
    '\u{1d00}'..='\u{1dbf}',
    '\u{1e00}'..='\u{1eff}',
    '\u{2c60}'..='\u{2c7f}',
    '\u{a720}'..='\u{a7ff}',
    '\u{ab30}'..='\u{ab6f}',
];

/// So many letters make a word. Chinese and Korean write a word with two.
const MIN_LETTERS: usize = 3;
const MIN_SYLLABLES: usize = 2;

/// Words of Russian that no other language writes alike.
const RUSSIAN: &str = "\
    что это этот эта этого уже ещё еще кто когда почему зачем сколько меня мной если чтобы \
    какой какая какие есть нет деньги будет были был сейчас теперь тоже только очень можно \
    закончено закончилось закончился закрыто закрыли выиграл получу заплатят сообщения \
    данные обучения отключить";

/// Every letter of Arabic. Persian, Urdu, Kurdish and others have more.
const ARABIC: &str = "ءآأؤإئابةتثجحخدذرزسشصضطظعغـفقكلمنهوىيٱ";

/// Words of Hindi that no other language writes alike.
const HINDI: &str = "\
    है हैं हूँ हूं क्या में नहीं कैसे कौन क्यों कितना कितने मेरे मेरा मेरी मुझे और था थी थे \
    गया गए गई हुआ होगा मिलेगा मिलेंगे करें करूँ करूं अभी यह ये";

/// The ISO 639-1 code of the language of a text, or [`UNDETERMINED`]. `None` if the letters make no
/// word, such as those in a face of punctuation.
pub(super) fn by_script(text: &str) -> Option<&'static str> {
    let plain = plain(text).to_lowercase();
    let scripts: Vec<Option<&str>> = plain.chars().map(script).collect();
    let mut counts: Vec<(&'static str, usize)> = Vec::new();
    // A letter of a word has a neighbour of its script.
    for run in scripts.chunk_by(|one, next| one == next).filter(|run| run.len() > 1) {
        let Some(script) = run[0] else { continue };
        match counts.iter_mut().find(|(counted, _)| *counted == script) {
            Some((_, count)) => *count += run.len(),
            None => counts.push((script, run.len())),
        }
    }
    let (most, count) = counts.into_iter().max_by_key(|(_, count)| *count)?;
    let language = language_of(most, &plain);
    let enough = if ["zh", "ko"].contains(&language) { MIN_SYLLABLES } else { MIN_LETTERS };
    (count >= enough).then_some(language)
}

/// The text with plain letters for fancy ones.
pub(super) fn plain(text: &str) -> String {
    text.chars().map(plain_letter).nfkc().collect()
}

pub(super) fn is_latin(c: char) -> bool {
    LATIN.iter().any(|range| range.contains(&c))
}

fn script(c: char) -> Option<&'static str> {
    let is_in = |range: &RangeInclusive<char>| range.contains(&c);
    // By single letters of Korean people laugh and cry in any language.
    let is_korean_part = ('\u{1100}'..='\u{11ff}').contains(&c);
    if !c.is_alphabetic() || is_latin(c) || is_korean_part {
        return None;
    }
    let found = SCRIPTS.iter().find(|(range, _)| is_in(range));
    Some(found.map_or(UNDETERMINED, |(_, script)| script))
}

/// The language of a text, most of which is in this script.
fn language_of(script: &'static str, text: &str) -> &'static str {
    let has_any = |letters: &str| text.contains(|c| letters.contains(c));
    match script {
        "ru" => cyrillic(text),
        "ar" if text.chars().any(|c| is_arabic_script(c) && !ARABIC.contains(c)) => UNDETERMINED,
        "hi" if !has_word(text, HINDI) => UNDETERMINED,
        // Yiddish and Assamese.
        "he" if has_any("װױײ\u{5b7}\u{5b8}\u{5bf}") => UNDETERMINED,
        "bn" if has_any("ৰৱ") => UNDETERMINED,
        "zh" if text.contains(|c| ('\u{3041}'..='\u{30ff}').contains(&c)) => "ja",
        script => script,
    }
}

fn is_arabic_script(c: char) -> bool {
    c.is_alphabetic() && script(c) == Some("ar") && !is_combining_mark(c)
}

/// A word of Russian is surer than the guess of the library, which takes Mongolian for Russian.
fn cyrillic(text: &str) -> &'static str {
    let is_foreign = |c: &char| script(*c) == Some("ru") && !matches!(c, 'а'..='я' | 'ё');
    let foreign: Vec<char> = text.chars().filter(is_foreign).collect();
    let guess = whatlang::detect(text).as_ref().map(|info| (info.lang(), info.is_reliable()));
    let is_guess = |lang| guess.is_some_and(|(guessed, _)| guessed == lang);
    if foreign.is_empty() {
        let is_sure = guess == Some((Lang::Rus, true));
        return if is_sure || has_word(text, RUSSIAN) { "ru" } else { UNDETERMINED };
    }
    let has_only_ukrainian =
        foreign.iter().all(|c| "іїєґ".contains(*c)) && !text.contains(['ы', 'э', 'ё', 'ъ']);
    // Belarusian and Kazakh have `і`, too.
    let is_sure = foreign.iter().any(|c| *c != 'і') || is_guess(Lang::Ukr);
    if has_only_ukrainian && is_sure { "uk" } else { UNDETERMINED }
}

fn has_word(text: &str, words: &str) -> bool {
    let is_part = |c: char| c.is_alphabetic() || is_combining_mark(c);
    text.split(|c| !is_part(c)).any(|word| words.split(' ').any(|known| known == word))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(code: &str, texts: &[&str]) {
        for text in texts {
            assert_eq!(by_script(text), Some(code), "{text}");
        }
    }

    #[test]
    fn russian_and_ukrainian_are_told_from_their_neighbours() {
        check(
            "ru",
            &[
                "Дело закрыто?",
                "Кто выиграл суд?",
                "Как отказаться от обучения ИИ",
                "сколько денег я получу",
                "линкедин читал мои сообщения?",
                "что с делом",
            ],
        );
        check("uk", &["Справа закінчена?", "скільки я отримаю", "моє листування їм віддали?"]);
        check(
            UNDETERMINED,
            &[
                // Belarusian
                "Ці скончана справа?",
                "як адмовіцца",
                // Bulgarian
                "Приключило ли е делото?",
                "Как да се откажа?",
                "мога ли да получа обезщетение",
                // Kazakh
                "Іс аяқталды ма?",
                // Macedonian
                "кога завршува делото",
                // Mongolian
                "Хэрэг дууссан уу?",
                "Би яаж татгалзах вэ",
                // Serbian
                "Да ли је случај завршен?",
                "када стижу паре",
                // Tatar, Uzbek
                "Эш беттеме?",
                "Иш тугадими?",
            ],
        );
    }

    #[test]
    fn arabic_and_hindi_are_told_from_what_else_has_their_script() {
        check("ar", &["هل انتهت القضية؟", "كم المبلغ", "هَلِ انْتَهَت"]);
        // Persian, Urdu, Kurdish, Pashto
        check(
            UNDETERMINED,
            &["پرونده تمام شد؟", "کیا کیس ختم ہو گیا؟", "کەیسەکە تەواو بوو؟", "قضیه ختمه شوه؟"],
        );
        check("hi", &["क्या केस खत्म हो गया है?", "मुझे पैसे कब मिलेंगे"]);
        // Marathi, Nepali
        check(
            UNDETERMINED,
            &["खटला संपला का?", "मला पैसे मिळतील का", "के मुद्दा सकियो?", "मैले पैसा पाउँछु?"],
        );
    }

    #[test]
    fn a_script_of_one_language_tells_it_and_an_unknown_one_tells_none() {
        check("el", &["τελείωσε η υπόθεση;"]);
        check("he", &["האם התיק נסגר?"]);
        check("hy", &["Գործն ավարտվա՞ծ է"]);
        check("ja", &["裁判は終わりましたか"]);
        check("ka", &["საქმე დასრულდა?"]);
        check("ko", &["소송 끝났어?", "소송"]);
        check("ta", &["வழக்கு முடிந்ததா?"]);
        check("th", &["คดีจบหรือยัง"]);
        check("zh", &["案子结束了吗", "结束"]);
        // Amharic or Tigrinya, Tibetan, Yiddish
        check(
            UNDETERMINED,
            &["ጉዳዩ አልቋል?", "ཁྲིམས་གཏུགས་མཇུག་རྫོགས་སམ།", "איז די קאַסע פֿאַרטיק", "איז דער פּראָצעס געענדיקט"],
        );
    }

    #[test]
    fn a_face_is_no_language() {
        for face in [
            "ʕ•ᴥ•ʔ",
            "¯\\_(ツ)_/¯",
            "ಠ_ಠ",
            "ಠ益ಠ",
            "(ノಠ益ಠ)ノ彡┻━┻",
            "(´・ω・`)",
            "щ(ﾟДﾟщ)",
            "(ง'̀-'́)ง",
            "ㅠㅠ",
            "ㅤㅤㅤ",
            "🅷🅾🆆",
            "٩(◕‿◕)۶",
        ] {
            assert_eq!(by_script(face), None, "{face}");
        }
    }
}
