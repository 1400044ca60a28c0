/-!
# What competition problems need and core Lean lacks

Primes, factorials, binomial coefficients, digits, Fibonacci numbers, whole powers, ranges, and
sums and products over them: each defined plainly, and so that the kernel can compute it.
`NuminaLean.Equivalence` proves each equal to mathlib's notion.

Compiles with core Lean 4.15 and later. Recursion is structural, on the argument itself or on
`fuel` that is at least the number of steps.
-/

namespace NuminaLean

/-- Whether no number from `d` on, up to the square root of `n`, divides `n`. -/
def noDivisorFrom (n : Nat) : (fuel d : Nat) → Bool
  | 0, _ => true
  | fuel + 1, d =>
    if n < d * d then true
    else if n % d = 0 then false
    else noDivisorFrom n fuel (d + 1)

/-- Whether `n` is prime, by trial division. -/
def isPrime (n : Nat) : Bool :=
  decide (2 ≤ n) && noDivisorFrom n n 2

/-- `n! = 1 * 2 * … * n`. -/
def factorial : Nat → Nat
  | 0 => 1
  | n + 1 => (n + 1) * factorial n

/-- `n * (n - 1) * … `, with `k` factors; zero once a factor is. -/
def fallingFactorial (n : Nat) : Nat → Nat
  | 0 => 1
  | k + 1 => fallingFactorial n k * (n - k)

/-- The number of ways to choose `k` of `n` things. -/
def choose (n k : Nat) : Nat :=
  fallingFactorial n k / factorial k

/-- `(fib n, fib (n + 1))`. -/
def fibPair : Nat → Nat × Nat
  | 0 => (0, 1)
  | n + 1 => ((fibPair n).2, (fibPair n).1 + (fibPair n).2)

/-- The Fibonacci numbers, from `fib 0 = 0` and `fib 1 = 1` on. -/
def fib (n : Nat) : Nat :=
  (fibPair n).1

/-- At most `fuel` digits of `n` in base `b`, the units first. -/
def digitsWithin (b : Nat) : (fuel n : Nat) → List Nat
  | 0, _ => []
  | fuel + 1, n => if n = 0 then [] else n % b :: digitsWithin b fuel (n / b)

/-- The digits of `n` in base `b ≥ 2`, the units first; none for zero. -/
def digits (b n : Nat) : List Nat :=
  digitsWithin b n n

/-- The number with the given digits in base `b`, the units first. -/
def ofDigits (b : Nat) : List Nat → Nat
  | [] => 0
  | d :: ds => d + b * ofDigits b ds

/-- Whether `n` is the `e`-th power of a number from `k` on, seen in `fuel` steps. -/
def isPowerFrom (e n : Nat) : (fuel k : Nat) → Bool
  | 0, _ => false
  | fuel + 1, k =>
    if n < k ^ e then false
    else if k ^ e = n then true
    else isPowerFrom e n fuel (k + 1)

/-- Whether `n` is the `e`-th power of a natural number (`e ≥ 1`): squares for `e = 2`. -/
def isPower (e n : Nat) : Bool :=
  isPowerFrom e n (n + 1) 0

/-- The last `k` with `k * k ≤ n`, counted up from `k`. -/
def floorSqrtFrom (n : Nat) : (fuel k : Nat) → Nat
  | 0, k => k
  | fuel + 1, k => if n < (k + 1) * (k + 1) then k else floorSqrtFrom n fuel (k + 1)

/-- The whole part of the square root of `n`. -/
def floorSqrt (n : Nat) : Nat :=
  floorSqrtFrom n n 0

/-- The `count` natural numbers from `low` on. -/
def countingFrom (low : Nat) : (count : Nat) → List Nat
  | 0 => []
  | count + 1 => low :: countingFrom (low + 1) count

/-- The natural numbers from `low` to `high`, both included, in order. -/
def between (low high : Nat) : List Nat :=
  countingFrom low (high + 1 - low)

/-- The `count` integers from `low` on. -/
def integersFrom (low : Int) : (count : Nat) → List Int
  | 0 => []
  | count + 1 => low :: integersFrom (low + 1) count

/-- The integers from `low` to `high`, both included, in order. -/
def integersBetween (low high : Int) : List Int :=
  integersFrom low (high + 1 - low).toNat

/-- `f low + … `, with `count` terms, added from the left. -/
def sumUpTo {α : Type} [Add α] [OfNat α 0] (low : Nat) (f : Nat → α) : (count : Nat) → α
  | 0 => 0
  | count + 1 => sumUpTo low f count + f (low + count)

/-- The sum of `f k` for `k` from `low` to `high`, both included. -/
def sumRange {α : Type} [Add α] [OfNat α 0] (low high : Nat) (f : Nat → α) : α :=
  sumUpTo low f (high + 1 - low)

/-- `f low * … `, with `count` factors, multiplied from the left. -/
def prodUpTo {α : Type} [Mul α] [OfNat α 1] (low : Nat) (f : Nat → α) : (count : Nat) → α
  | 0 => 1
  | count + 1 => prodUpTo low f count * f (low + count)

/-- The product of `f k` for `k` from `low` to `high`, both included. -/
def prodRange {α : Type} [Mul α] [OfNat α 1] (low high : Nat) (f : Nat → α) : α :=
  prodUpTo low f (high + 1 - low)

theorem factorial_zero : factorial 0 = 1 := rfl

theorem factorial_succ (n : Nat) : factorial (n + 1) = (n + 1) * factorial n := rfl

theorem fib_zero : fib 0 = 0 := rfl

theorem fib_one : fib 1 = 1 := rfl

theorem fib_add_two (n : Nat) : fib (n + 2) = fib n + fib (n + 1) := rfl

theorem ofDigits_nil (b : Nat) : ofDigits b [] = 0 := rfl

theorem ofDigits_cons (b d : Nat) (ds : List Nat) :
    ofDigits b (d :: ds) = d + b * ofDigits b ds := rfl

/-- A sum with its last term split off: what an induction needs. -/
theorem sumRange_succ {α : Type} [Add α] [OfNat α 0] (low high : Nat) (f : Nat → α)
    (h : low ≤ high + 1) :
    sumRange low (high + 1) f = sumRange low high f + f (high + 1) := by
  unfold sumRange
  have step : high + 1 + 1 - low = (high + 1 - low) + 1 := by omega
  have last : low + (high + 1 - low) = high + 1 := by omega
  rw [step, sumUpTo, last]

/-- A product with its last factor split off. -/
theorem prodRange_succ {α : Type} [Mul α] [OfNat α 1] (low high : Nat) (f : Nat → α)
    (h : low ≤ high + 1) :
    prodRange low (high + 1) f = prodRange low high f * f (high + 1) := by
  unfold prodRange
  have step : high + 1 + 1 - low = (high + 1 - low) + 1 := by omega
  have last : low + (high + 1 - low) = high + 1 := by omega
  rw [step, prodUpTo, last]

end NuminaLean
