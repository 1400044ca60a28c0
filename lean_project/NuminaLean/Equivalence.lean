import Mathlib
import NuminaLean.Prelude

/-!
# The prelude says what mathlib says

Each notion of `NuminaLean.Prelude` is proved equal to mathlib's, so that a statement in core Lean
means what its mathlib reading means. The lemmas about recursion (those named after the recursive
definitions) need core tactics only; mathlib's names enter in the theorems at the end of each part.
-/

namespace NuminaLean

/-! ### Primes -/

theorem noDivisorFrom_eq_true (n fuel d : Nat) :
    noDivisorFrom n fuel d = true ↔
      ∀ m, d ≤ m → m < d + fuel → m * m ≤ n → ¬ m ∣ n := by
  induction fuel generalizing d with
  | zero =>
    refine ⟨fun _ m hm hlt _ => ?_, fun _ => rfl⟩
    omega
  | succ fuel ih =>
    unfold noDivisorFrom
    split
    next large =>
      refine ⟨fun _ m hm _ hle => ?_, fun _ => rfl⟩
      exact absurd (Nat.le_trans (Nat.mul_le_mul hm hm) hle) (Nat.not_le_of_lt large)
    next small =>
      split
      next divides =>
        refine ⟨fun h => Bool.noConfusion h, fun h => ?_⟩
        exact absurd (Nat.dvd_of_mod_eq_zero divides)
          (h d (Nat.le_refl d) (by omega) (Nat.le_of_not_lt small))
      next rest =>
        rw [ih (d + 1)]
        refine ⟨fun h m hm hlt hle => ?_, fun h m hm hlt hle => h m (by omega) (by omega) hle⟩
        by_cases same : m = d
        · subst same
          intro hdvd
          obtain ⟨k, hk⟩ := hdvd
          exact rest (by rw [hk]; exact Nat.mul_mod_right m k)
        · exact h m (by omega) (by omega) hle

theorem isPrime_iff (n : ℕ) : isPrime n = true ↔ Nat.Prime n := by
  unfold isPrime
  rw [Bool.and_eq_true, decide_eq_true_iff, noDivisorFrom_eq_true, Nat.prime_def_le_sqrt]
  constructor
  · rintro ⟨two, h⟩
    refine ⟨two, fun m hm hle => ?_⟩
    have square : m * m ≤ n := Nat.le_sqrt.mp hle
    have self : m ≤ m * m := Nat.le_mul_self m
    exact h m hm (by omega) square
  · rintro ⟨two, h⟩
    exact ⟨two, fun m hm _ hle => h m hm (Nat.le_sqrt.mpr hle)⟩

/-! ### Factorials, binomial coefficients, Fibonacci numbers -/

theorem factorial_eq (n : ℕ) : factorial n = Nat.factorial n := by
  induction n with
  | zero => rfl
  | succ n ih => rw [factorial_succ, ih, Nat.factorial_succ]

theorem fallingFactorial_eq (n k : ℕ) : fallingFactorial n k = Nat.descFactorial n k := by
  induction k with
  | zero => rfl
  | succ k ih => rw [fallingFactorial, ih, Nat.descFactorial_succ, Nat.mul_comm]

theorem choose_eq (n k : ℕ) : choose n k = Nat.choose n k := by
  rw [choose, fallingFactorial_eq, factorial_eq, Nat.choose_eq_descFactorial_div_factorial]

theorem fibPair_eq (n : ℕ) : fibPair n = (Nat.fib n, Nat.fib (n + 1)) := by
  induction n with
  | zero => rfl
  | succ n ih => rw [fibPair, ih, Nat.fib_add_two]

theorem fib_eq (n : ℕ) : fib n = Nat.fib n := by
  rw [fib, fibPair_eq]

/-! ### Digits -/

theorem digitsWithin_eq (b : ℕ) (hb : 1 < b) (fuel n : ℕ) (h : n ≤ fuel) :
    digitsWithin b fuel n = Nat.digits b n := by
  induction fuel generalizing n with
  | zero =>
    have zero : n = 0 := by omega
    rw [zero, digitsWithin, Nat.digits_zero]
  | succ fuel ih =>
    by_cases zero : n = 0
    · rw [zero, digitsWithin, if_pos rfl, Nat.digits_zero]
    · have positive : 0 < n := Nat.pos_of_ne_zero zero
      have smaller : n / b < n := Nat.div_lt_self positive hb
      rw [digitsWithin, if_neg zero, ih (n / b) (by omega), Nat.digits_def' hb positive]

theorem digits_eq (b n : ℕ) (hb : 1 < b) : digits b n = Nat.digits b n :=
  digitsWithin_eq b hb n n (Nat.le_refl n)

theorem ofDigits_eq (b : ℕ) (ds : List ℕ) : ofDigits b ds = Nat.ofDigits b ds := by
  induction ds with
  | nil => rfl
  | cons d ds ih => rw [ofDigits_cons, ih, Nat.ofDigits_cons]

/-! ### Powers and roots -/

theorem isPowerFrom_eq_true (e n fuel k : Nat) :
    isPowerFrom e n fuel k = true ↔ ∃ m, k ≤ m ∧ m < k + fuel ∧ m ^ e = n := by
  induction fuel generalizing k with
  | zero =>
    refine ⟨fun h => Bool.noConfusion h, fun h => ?_⟩
    obtain ⟨m, hm, hlt, _⟩ := h
    omega
  | succ fuel ih =>
    unfold isPowerFrom
    split
    next large =>
      refine ⟨fun h => Bool.noConfusion h, fun h => ?_⟩
      obtain ⟨m, hm, _, hpow⟩ := h
      have grows : k ^ e ≤ m ^ e := Nat.pow_le_pow_left hm e
      omega
    next small =>
      split
      next found => exact ⟨fun _ => ⟨k, Nat.le_refl k, by omega, found⟩, fun _ => rfl⟩
      next rest =>
        rw [ih (k + 1)]
        constructor
        · rintro ⟨m, hm, hlt, hpow⟩
          exact ⟨m, by omega, by omega, hpow⟩
        · rintro ⟨m, hm, hlt, hpow⟩
          refine ⟨m, ?_, by omega, hpow⟩
          by_cases same : m = k
          · exact absurd (same ▸ hpow) rest
          · omega

theorem isPower_iff (e n : ℕ) (he : e ≠ 0) : isPower e n = true ↔ ∃ k : ℕ, k ^ e = n := by
  unfold isPower
  rw [isPowerFrom_eq_true]
  constructor
  · rintro ⟨m, _, _, hpow⟩
    exact ⟨m, hpow⟩
  · rintro ⟨m, hpow⟩
    refine ⟨m, Nat.zero_le m, ?_, hpow⟩
    obtain ⟨f, hf⟩ := Nat.exists_eq_succ_of_ne_zero he
    rcases Nat.eq_zero_or_pos m with zero | positive
    · omega
    · have one : 1 ≤ m ^ f := pow_pos positive f
      have whole : m ^ f * m = n := by rw [← hpow, hf, Nat.pow_succ]
      have bound : 1 * m ≤ m ^ f * m := Nat.mul_le_mul_right m one
      omega

theorem isSquare_iff (n : ℕ) : isPower 2 n = true ↔ IsSquare n := by
  rw [isPower_iff 2 n (by decide)]
  constructor
  · rintro ⟨k, hk⟩
    exact ⟨k, by rw [← hk, Nat.pow_two]⟩
  · rintro ⟨k, hk⟩
    exact ⟨k, by rw [hk, Nat.pow_two]⟩

theorem floorSqrtFrom_spec (n fuel k : Nat) (low : k * k ≤ n)
    (high : n < (k + fuel + 1) * (k + fuel + 1)) :
    floorSqrtFrom n fuel k * floorSqrtFrom n fuel k ≤ n ∧
      n < (floorSqrtFrom n fuel k + 1) * (floorSqrtFrom n fuel k + 1) := by
  induction fuel generalizing k with
  | zero => exact ⟨low, high⟩
  | succ fuel ih =>
    unfold floorSqrtFrom
    split
    next found => exact ⟨low, found⟩
    next more =>
      have same : k + 1 + fuel + 1 = k + (fuel + 1) + 1 := by omega
      exact ih (k + 1) (Nat.le_of_not_lt more) (by rw [same]; exact high)

theorem floorSqrt_spec (n : Nat) :
    floorSqrt n * floorSqrt n ≤ n ∧ n < (floorSqrt n + 1) * (floorSqrt n + 1) := by
  refine floorSqrtFrom_spec n n 0 (Nat.zero_le n) ?_
  have bound : (0 + n + 1) * 1 ≤ (0 + n + 1) * (0 + n + 1) :=
    Nat.mul_le_mul_left (0 + n + 1) (by omega)
  omega

theorem floorSqrt_eq (n : ℕ) : floorSqrt n = Nat.sqrt n :=
  Nat.eq_sqrt.mpr (floorSqrt_spec n)

theorem floor_sqrt (n : ℕ) : ⌊Real.sqrt (n : ℝ)⌋ = (floorSqrt n : ℤ) := by
  rw [floorSqrt_eq, Real.floor_real_sqrt_eq_nat_sqrt]

/-! ### Ranges -/

theorem mem_countingFrom (n low count : Nat) :
    n ∈ countingFrom low count ↔ low ≤ n ∧ n < low + count := by
  induction count generalizing low with
  | zero =>
    refine ⟨fun h => ?_, fun h => ?_⟩
    · cases h
    · omega
  | succ count ih =>
    rw [countingFrom, List.mem_cons, ih]
    omega

theorem nodup_countingFrom (low count : Nat) : (countingFrom low count).Nodup := by
  induction count generalizing low with
  | zero => exact List.Pairwise.nil
  | succ count ih =>
    rw [countingFrom, List.nodup_cons, mem_countingFrom]
    exact ⟨by omega, ih (low + 1)⟩

theorem mem_between (n low high : Nat) : n ∈ between low high ↔ low ≤ n ∧ n ≤ high := by
  rw [between, mem_countingFrom]
  omega

theorem nodup_between (low high : Nat) : (between low high).Nodup :=
  nodup_countingFrom low (high + 1 - low)

theorem toFinset_between (low high : ℕ) : (between low high).toFinset = Finset.Icc low high := by
  ext n
  rw [List.mem_toFinset, mem_between, Finset.mem_Icc]

theorem mem_integersFrom (n low : Int) (count : Nat) :
    n ∈ integersFrom low count ↔ low ≤ n ∧ n < low + count := by
  induction count generalizing low with
  | zero =>
    refine ⟨fun h => ?_, fun h => ?_⟩
    · cases h
    · omega
  | succ count ih =>
    rw [integersFrom, List.mem_cons, ih]
    omega

theorem nodup_integersFrom (low : Int) (count : Nat) : (integersFrom low count).Nodup := by
  induction count generalizing low with
  | zero => exact List.Pairwise.nil
  | succ count ih =>
    rw [integersFrom, List.nodup_cons, mem_integersFrom]
    exact ⟨by omega, ih (low + 1)⟩

theorem mem_integersBetween (n low high : Int) :
    n ∈ integersBetween low high ↔ low ≤ n ∧ n ≤ high := by
  rw [integersBetween, mem_integersFrom]
  omega

theorem nodup_integersBetween (low high : Int) : (integersBetween low high).Nodup :=
  nodup_integersFrom low (high + 1 - low).toNat

theorem toFinset_integersBetween (low high : ℤ) :
    (integersBetween low high).toFinset = Finset.Icc low high := by
  ext n
  rw [List.mem_toFinset, mem_integersBetween, Finset.mem_Icc]

/-! ### Sums and products -/

theorem sumUpTo_eq {α : Type} [AddCommMonoid α] (low : ℕ) (f : ℕ → α) (count : ℕ) :
    sumUpTo low f count = ∑ k ∈ Finset.range count, f (low + k) := by
  induction count with
  | zero => rfl
  | succ count ih => rw [sumUpTo, ih, Finset.sum_range_succ]

theorem sumRange_eq {α : Type} [AddCommMonoid α] (low high : ℕ) (f : ℕ → α) :
    sumRange low high f = ∑ k ∈ Finset.Icc low high, f k := by
  have same : Finset.Icc low high = Finset.Ico low (high + 1) := by
    ext k
    simp [Nat.lt_succ_iff]
  rw [sumRange, sumUpTo_eq, same, Finset.sum_Ico_eq_sum_range]

theorem prodUpTo_eq {α : Type} [CommMonoid α] (low : ℕ) (f : ℕ → α) (count : ℕ) :
    prodUpTo low f count = ∏ k ∈ Finset.range count, f (low + k) := by
  induction count with
  | zero => rfl
  | succ count ih => rw [prodUpTo, ih, Finset.prod_range_succ]

theorem prodRange_eq {α : Type} [CommMonoid α] (low high : ℕ) (f : ℕ → α) :
    prodRange low high f = ∏ k ∈ Finset.Icc low high, f k := by
  have same : Finset.Icc low high = Finset.Ico low (high + 1) := by
    ext k
    simp [Nat.lt_succ_iff]
  rw [prodRange, prodUpTo_eq, same, Finset.prod_Ico_eq_prod_range]

end NuminaLean
