/** The fields that an operation selects, each with where it comes to stand in the answer. */
import {
  type DocumentNode,
  type FragmentDefinitionNode,
  getNamedType,
  type GraphQLNamedType,
  type GraphQLSchema,
  isAbstractType,
  isCompositeType,
  isInterfaceType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from "graphql";

export interface Selected {
  /** Response keys from the root, without the indexes of lists. */
  readonly path: readonly string[];
  readonly field: string;
  /** The concrete types on which it can stand. */
  readonly owners: readonly string[];
  /** Where its name stands in the document, as an offset, and how long it is there. */
  readonly at: number;
  readonly length: number;
}

/** The fields of the operation of this name, or of the only one. */
export function selectedBy(document: DocumentNode, schema: GraphQLSchema, name?: string | null): readonly Selected[] {
  const operations = document.definitions.filter(
    (each): each is OperationDefinitionNode => each.kind === Kind.OPERATION_DEFINITION,
  );
  const operation = operations.find((each) => each.name?.value === name) ?? operations[0];
  const root = operation && schema.getRootType(operation.operation);
  if (!operation || !root) return [];
  return new Walk(document, schema).selected(operation.selectionSet, root, []);
}

class Walk {
  private readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  private readonly open = new Set<string>();

  constructor(
    document: DocumentNode,
    private readonly schema: GraphQLSchema,
  ) {
    const definitions = document.definitions.filter((each) => each.kind === Kind.FRAGMENT_DEFINITION);
    this.fragments = new Map(definitions.map((each) => [each.name.value, each]));
  }

  selected(set: SelectionSetNode, type: GraphQLNamedType, path: readonly string[]): readonly Selected[] {
    return set.selections.flatMap((node): readonly Selected[] => {
      switch (node.kind) {
        case Kind.FIELD: {
          const field = isObjectType(type) || isInterfaceType(type) ? type.getFields()[node.name.value] : undefined;
          if (field === undefined) return [];
          const here = [...path, (node.alias ?? node.name).value];
          const { start = 0, end = 0 } = node.name.loc ?? {};
          const one = { path: here, field: field.name, owners: this.concrete(type), at: start, length: end - start };
          return [one, ...(node.selectionSet ? this.selected(node.selectionSet, getNamedType(field.type), here) : [])];
        }
        case Kind.INLINE_FRAGMENT:
          return this.selected(node.selectionSet, this.narrowed(type, node.typeCondition?.name.value), path);
        case Kind.FRAGMENT_SPREAD:
          return this.spread(node.name.value, type, path);
      }
    });
  }

  /** A fragment's fields; one that contains itself is refused by the hub, and walked but once here. */
  private spread(name: string, type: GraphQLNamedType, path: readonly string[]): readonly Selected[] {
    const fragment = this.fragments.get(name);
    if (fragment === undefined || this.open.has(name)) return [];
    this.open.add(name);
    const found = this.selected(fragment.selectionSet, this.narrowed(type, fragment.typeCondition.name.value), path);
    this.open.delete(name);
    return found;
  }

  private narrowed(type: GraphQLNamedType, name: string | undefined): GraphQLNamedType {
    const narrower = name === undefined ? undefined : this.schema.getType(name);
    return narrower !== undefined && isCompositeType(narrower) ? narrower : type;
  }

  private concrete(type: GraphQLNamedType): readonly string[] {
    return isAbstractType(type) ? this.schema.getPossibleTypes(type).map((each) => each.name) : [type.name];
  }
}
