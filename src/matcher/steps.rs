//! Numbers in a byte each: rounded to so many steps on either side of zero.

/// How many steps the largest number is away from zero.
const STEPS: f32 = 127.0;

/// What a step is worth for these numbers.
pub(super) fn step_for(numbers: impl Iterator<Item = f32>) -> f32 {
    let largest = numbers.fold(0.0_f32, |largest, number| largest.max(number.abs()));
    if largest > 0.0 { largest / STEPS } else { 1.0 }
}

/// A number in steps of this worth.
pub(super) fn in_steps(number: f32, step: f32) -> i8 {
    (number / step).round() as i8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_comes_back_to_half_a_step() {
        let numbers = [0.0, 0.1, -2.5, 4.9, -4.9];
        let step = step_for(numbers.into_iter());
        for number in numbers {
            assert!(
                (f32::from(in_steps(number, step)) * step - number).abs() <= step / 2.0,
                "{number}"
            );
        }
        assert_eq!(step_for([0.0, 0.0].into_iter()), 1.0);
    }
}
