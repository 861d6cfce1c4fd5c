/**
 * Packs for a program's own named tuples and enums.
 *
 * @module
 */
import { definePack, type GlobalEntry, type Pack } from "../../core/pack.ts";
import { floatShown, type PyDict } from "../../core/values/dict.ts";
import { equal } from "../../core/values/equal.ts";
import { inspect, type Parts, pyKey, pyRepr, pyType } from "../../core/values/protocol.ts";
import { inspectText, repr } from "../../core/values/repr.ts";
import { PyGlobal } from "../../core/values/scalars.ts";
import { isFloatAt, type PyTuple, tuple } from "../../core/values/tuple.ts";
import { PyValue, tupleOfItems } from "./table.ts";

/** `"module.name"` as a global; a qualified name with dots needs a `PyGlobal`. */
function nameOf(python: string | PyGlobal): PyGlobal {
  if (python instanceof PyGlobal) return python;
  const dot = python.lastIndexOf(".");
  if (dot < 1) throw new TypeError(`expected "module.name", got ${JSON.stringify(python)}`);
  return new PyGlobal(python.slice(0, dot), python.slice(dot + 1));
}

/** An instance of a named tuple: a tuple whose items also have names. */
export type NamedTuple<F extends string> = PyTuple & { readonly [K in F]: unknown };

/** What {@link defineNamedTuple} makes. */
export interface NamedTupleDefinition<F extends string> {
  /** Makes an instance of its fields, in order. */
  readonly make: (...fields: unknown[]) => NamedTuple<F>;
  /** Teaches `loads` and `dumps` the class. */
  readonly pack: Pack;
}

/**
 * Defines a `collections.namedtuple` of Python: instances are tuples (`isTuple`) with a getter per field.
 *
 * @example
 * ```ts
 * const point = defineNamedTuple("app.Point", ["x", "y"]);
 * point.make(1, 2).y; // 2
 * loads(bytes, { packs: [point.pack] });
 * ```
 */
export function defineNamedTuple<const F extends string>(
  python: string | PyGlobal,
  fields: readonly F[],
): NamedTupleDefinition<F> {
  const cls = nameOf(python);
  const global = `${cls.module}.${cls.name}`;

  class Named extends Array<unknown> {
    static override get [Symbol.species](): ArrayConstructor {
      return Array;
    }
    get [pyType](): string {
      return global;
    }
    [pyRepr](): Parts {
      const parts: Parts = [];
      fields.forEach((field, i) => {
        parts.push(`${i ? ", " : `${cls.name}(`}${field}=`, floatShown(this[i], isFloatAt(this, i)));
      });
      return parts.length ? [...parts, ")"] : [`${cls.name}()`];
    }
    [inspect](): string {
      return inspectText(this);
    }
  }
  fields.forEach((field, i) => {
    if (field in Named.prototype) throw new TypeError(`field name ${JSON.stringify(field)} is taken`);
    Object.defineProperty(Named.prototype, field, {
      get(this: Named) {
        return this[i];
      },
    });
  });

  const fromItems = (args: PyTuple): NamedTuple<F> => {
    if (args.length !== fields.length) {
      throw new TypeError(`${global} takes ${fields.length} fields, got ${args.length}`);
    }
    if (args.length === 0) return Object.freeze(new Named()) as unknown as NamedTuple<F>;
    return tupleOfItems(args, 0, (items) => Object.setPrototypeOf(items, Named.prototype)) as NamedTuple<F>;
  };

  return {
    make: (...items) => fromItems(tuple(...items)),
    pack: definePack({
      name: global,
      globals: {
        [global]: {
          create: (args: PyTuple, kwargs: PyDict | null) =>
            fromItems(kwargs?.size ? tuple(...args, ...fields.slice(args.length).map((f) => kwargs.get(f))) : args),
        },
      },
      reducers: [
        [Named, (value: Named, context) => ({ func: cls, args: tupleOfItems(value), isNew: context.protocol > 1 })],
      ],
    }),
  };
}

/** Which class of `enum` an enum is made from; members of `IntEnum` and `IntFlag` equal their ints. */
export type EnumType = "Enum" | "IntEnum" | "StrEnum" | "Flag" | "IntFlag";

/** A member of a Python enum. */
export class PyEnumMember extends PyValue {
  readonly cls: PyGlobal;
  readonly name: string;
  readonly value: unknown;
  readonly type: EnumType;
  constructor(cls: PyGlobal, name: string, value: unknown, type: EnumType = "Enum") {
    super();
    this.cls = cls;
    this.name = name;
    this.value = value;
    this.type = type;
  }
  /** @internal Is it an int to Python? */
  get isInt(): boolean {
    return this.type === "IntEnum" || this.type === "IntFlag";
  }
  get [pyType](): string {
    return `${this.cls.module}.${this.cls.name}`;
  }
  [pyKey](): unknown {
    return this.isInt ? this.value : `enum:${this[pyType]}.${this.name}`;
  }
  [pyRepr](): Parts {
    return [`<${this.cls.name}.${this.name}: `, this.value, ">"];
  }
  /** `Color.RED`. */
  override toString(): string {
    return `${this.cls.name}.${this.name}`;
  }
}

/** What {@link defineEnum} makes. */
export interface EnumDefinition<N extends string> {
  readonly members: { readonly [K in N]: PyEnumMember };
  /** Teaches `loads` and `dumps` the class. */
  readonly pack: Pack;
}

/**
 * Defines a Python enum by its members' names and values; `type` says which class of `enum` it is made from ("Enum").
 *
 * @example
 * ```ts
 * const color = defineEnum("app.Color", { RED: 1, GREEN: 2 });
 * loads(bytes, { packs: [color.pack] }) === color.members.RED;
 * ```
 */
export function defineEnum<const N extends string>(
  python: string | PyGlobal,
  values: Readonly<Record<N, unknown>>,
  { type = "Enum" }: { type?: EnumType } = {},
): EnumDefinition<N> {
  const cls = nameOf(python);
  const global = `${cls.module}.${cls.name}`;
  class Member extends PyEnumMember {}
  const list = Object.entries(values).map(([name, value]) => new Member(cls, name, value, type));
  return {
    members: Object.freeze(
      Object.fromEntries(list.map((member) => [member.name, member])),
    ) as EnumDefinition<N>["members"],
    pack: definePack({
      name: global,
      globals: new Map<string, GlobalEntry>([
        [
          global,
          {
            call(args: PyTuple) {
              const found = list.find((member) => equal(member.value, args[0]));
              if (args.length !== 1 || !found) throw new RangeError(`${repr(args[0])} is not a valid ${cls.name}`);
              return found;
            },
          },
        ],
        // Python 3.11 pickles a member by name.
        ...list.map((member) => [`${global}.${member.name}`, { value: member }] as const),
      ]),
      reducers: [[Member, (member: Member) => ({ func: cls, args: tuple(member.value) })]],
    }),
  };
}
